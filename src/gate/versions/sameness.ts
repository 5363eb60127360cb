import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join, sep } from 'node:path'
import * as z from 'zod'

/** What of two versions is the same, for those who wonder what is being compared. */
export interface Sameness {
  readonly isRegistrySame: boolean
  readonly arePackagesSame: boolean
}

/**
 * Compares two versions' sources of `src/registry`, tests apart, and the packages that their lockfiles
 * give them for running.
 */
export function samenessOf(a: string, b: string): Sameness {
  return {
    isRegistrySame: registryDigest(a) === registryDigest(b),
    arePackagesSame: packagesDigest(a) === packagesDigest(b),
  }
}

function registryDigest(folder: string): string {
  const root = join(folder, 'src', 'registry')
  const hash = createHash('sha256')
  const paths = readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !/\.(test|contract)\.ts$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted()
  for (const path of paths) {
    const content = readFileSync(path)
    hash.update(`${path.slice(root.length).replaceAll(sep, '/')}\0${content.length}\0`)
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
      integrity: z.string().optional(),
      dev: z.boolean().optional(),
      optional: z.boolean().optional(),
    }),
  ),
})

/** Differs where any package that is not for development differs; unequal to any other without a lockfile. */
function packagesDigest(folder: string): string {
  try {
    const text = readFileSync(join(folder, 'package-lock.json'), 'utf8')
    const { packages } = lockfileSchema.parse(JSON.parse(text))
    const running = Object.entries(packages)
      .filter(([path, { dev, optional }]) => path !== '' && !dev && !optional)
      .map(([path, { version, integrity }]) => `${path} ${version} ${integrity}`)
    return running.toSorted().join('\n')
  } catch {
    return folder
  }
}
