import { readFileSync } from 'node:fs'
import { findPackageJSON } from 'node:module'
import { arch, availableParallelism, cpus, platform, release, totalmem, version } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import * as z from 'zod'
import { readCgroupLimits } from './cgroup.ts'
import type { Environment } from '../run-file.ts'

/** The packages that do the measuring. */
export const MEASURING_PACKAGES: readonly string[] = ['hdr-histogram-js', 'tinybench', 'vitest']

/**
 * The machine and the programs that this process runs on: runs in different environments are incomparable.
 * @param clients packages by which requests reach the system, such as `ioredis`.
 */
export function readEnvironment(clients: readonly string[] = []): Environment {
  const packages = [...MEASURING_PACKAGES, ...clients].toSorted()
  const cores = cpus()
  return {
    cpuModel: cores[0]?.model.trim() ?? 'unknown',
    cpuCores: Math.max(cores.length, 1),
    availableCores: availableParallelism(),
    memoryBytes: totalmem(),
    cgroup: readCgroupLimits(),
    os: { platform: platform(), architecture: arch(), kernel: release(), name: osName() },
    nodeVersion: process.versions.node,
    packages: Object.fromEntries(packages.map((name) => [name, packageVersion(name)])),
  }
}

/** The distribution if the system names it, e.g. `Debian GNU/Linux 12 (bookworm)`. */
function osName(): string {
  try {
    const text = readFileSync('/etc/os-release', 'utf8')
    return /^PRETTY_NAME="?([^"\n]+)/m.exec(text)?.[1] ?? version()
  } catch {
    return version()
  }
}

const packageSchema = z.object({ version: z.string() })

function packageVersion(name: string): string {
  try {
    const path = packageFile(name, projectFile()) ?? packageFile(name, import.meta.url)
    if (path === undefined) return 'unknown'
    return packageSchema.parse(JSON.parse(readFileSync(path, 'utf8'))).version
  } catch {
    return 'unknown'
  }
}

/** A scenario imports its clients from its own project, the rest comes with this one. */
function projectFile(): URL {
  return pathToFileURL(join(process.cwd(), 'package.json'))
}

function packageFile(name: string, importer: string | URL): string | undefined {
  try {
    return findPackageJSON(name, importer)
  } catch {
    return undefined
  }
}
