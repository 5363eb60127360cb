import { createHash } from 'node:crypto'
import { readFileSync, readlinkSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import * as z from 'zod'
import type { PreparedVersion } from './prepare-version.ts'
import { filesBelow, isLink } from './subject.ts'

/** Which parts of two versions are equal. */
export interface Sameness {
  /** Their subjects, and what these import. */
  readonly isSubjectSame: boolean
  /** The packages for running that their lockfiles name; not without lockfiles. */
  readonly arePackagesSame: boolean
  /** The Node that runs them. */
  readonly isNodeSame: boolean
}

/** Whether nothing that runs differs, so that there is nothing to measure. */
export function isEqual(sameness: Sameness): boolean {
  return Object.values(sameness).every(Boolean)
}

/** Compares the code that runs of two versions. */
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

/** Of paths and contents, byte by byte, of links their targets. Modes and times make no difference. */
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

/** What is read of a lockfile: https://docs.npmjs.com/cli/configuring-npm/package-lock-json */
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
 * All packages that are not for development. `null` if the lockfile doesn't say: it is missing, can't be
 * read, or links a folder, whose content it doesn't know, and something depends on that.
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
