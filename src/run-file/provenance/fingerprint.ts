import { readFileSync } from 'node:fs'
import { findPackageJSON } from 'node:module'
import { arch, availableParallelism, cpus, platform, release, totalmem, version } from 'node:os'
import * as z from 'zod'
import { readCgroupLimits } from './cgroup.ts'
import type { Environment } from '../run-file.ts'

/** The packages whose code is on the measured path, or does the measuring. */
const MEASURING_PACKAGES = [
  '@nats-io/transport-node',
  'hdr-histogram-js',
  'ioredis',
  'tinybench',
  'vitest',
]

/** The machine and the programs this process runs on: figures of unlike ones can't be compared. */
export function readEnvironment(): Environment {
  const cores = cpus()
  return {
    cpuModel: cores[0]?.model.trim() ?? 'unknown',
    cpuCores: Math.max(cores.length, 1),
    availableCores: availableParallelism(),
    memoryBytes: totalmem(),
    cgroup: readCgroupLimits(),
    os: { platform: platform(), architecture: arch(), kernel: release(), name: osName() },
    nodeVersion: process.versions.node,
    packages: Object.fromEntries(MEASURING_PACKAGES.map((name) => [name, packageVersion(name)])),
  }
}

/** The distribution, where the system says which, e.g. `Debian GNU/Linux 12 (bookworm)`. */
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
    const path = findPackageJSON(name, import.meta.url)
    if (path === undefined) return 'unknown'
    return packageSchema.parse(JSON.parse(readFileSync(path, 'utf8'))).version
  } catch {
    return 'unknown'
  }
}
