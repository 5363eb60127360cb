import { createHash } from 'node:crypto'
import { readFileSync, readlinkSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import * as z from 'zod'
import type { PreparedVersion } from './prepare-version.ts'
import { filesBelow, isLink } from './subject.ts'

/** The parts in which two versions are equal. */
export interface Sameness {
  /** Subjects and their imports. */
  readonly isSubjectSame: boolean
  /** Production packages of their lockfiles; `false` without lockfiles. */
  readonly arePackagesSame: boolean
  /** Versions of Node. */
  readonly isNodeSame: boolean
}

/** Whether all code that runs is equal, so that there is nothing to measure. */
export function isEqual(sameness: Sameness): boolean {
  return Object.values(sameness).every(Boolean)
}

/** Compares the code of two versions that runs. */
export function samenessOf(a: PreparedVersion, b: PreparedVersion): Sameness {
  const packages = packagesOf(a.lockfile)
  return {
    isSubjectSame: subjectDigest(a) === subjectDigest(b),
    arePackagesSame: packages !== null && packages === packagesOf(b.lockfile),
    isNodeSame: a.nodeVersion === b.nodeVersion,
  }
}

/** Files that never run. */
const NEVER_RUN = /\.(test|contract)\.ts$|\.md$/

/** A digest of paths and contents, and of links' targets; ignores modes and times. */
function subjectDigest({ folder, subject, imported }: PreparedVersion): string {
  const hash = createHash('sha256')
  const files = [...subject, ...imported]
    .flatMap((path) => filesBelow(join(folder, path)))
    .filter((path) => !NEVER_RUN.test(path))
  for (const path of files.toSorted()) {
    const name = relative(folder, path).replaceAll(sep, '/')
    const content = isLink(path) ? Buffer.from(readlinkSync(path)) : readFileSync(path)
    hash.update(`${name}\0${isLink(path)}\0${content.length}\0`)
    hash.update(content)
  }
  return hash.digest('hex')
}

/** The relevant part of a lockfile: https://docs.npmjs.com/cli/configuring-npm/package-lock-json */
const lockfileSchema = z.object({
  packages: z.record(
    z.string(),
    z.object({
      version: z.string().optional(),
      resolved: z.string().optional(),
      integrity: z.string().optional(),
      dev: z.boolean().optional(),
      link: z.boolean().optional(),
      dependencies: z.record(z.string(), z.string()).optional(),
      optionalDependencies: z.record(z.string(), z.string()).optional(),
    }),
  ),
})

/**
 * All production packages. `null` if the lockfile doesn't tell: it is missing or unreadable, or a package
 * depends on a linked folder, whose content the lockfile doesn't have.
 */
function packagesOf(lockfile: string | null): string | null {
  try {
    const { packages } = lockfileSchema.parse(JSON.parse(lockfile ?? ''))
    const running = Object.entries(packages).filter(([path, { dev }]) => path !== '' && !dev)
    const dependencies = new Set(
      Object.values(packages).flatMap((own) => [
        ...Object.keys(own.dependencies ?? {}),
        ...Object.keys(own.optionalDependencies ?? {}),
      ]),
    )
    const isLinkInUse = ([path, { link }]: (typeof running)[number]): boolean =>
      link === true && dependencies.has(path.replace(/^.*node_modules\//, ''))
    if (running.some(isLinkInUse)) return null
    return running
      .map((entry) => JSON.stringify(entry))
      .toSorted()
      .join('\n')
  } catch {
    return null
  }
}
