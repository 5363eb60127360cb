import { readFileSync, statSync } from 'node:fs'
import { join, posix } from 'node:path'
import { pathsMeant } from '../../import-paths.ts'

/** Type imports disappear at run time. */
const TYPE_IMPORT = /\b(?:import|export)\s+type\s+(?:\{[^}]*\}|\*\s+as\s+\w+|\w+)\s+from\b[^\n]*/g

/** A string that may name another file: it begins with `./` or `../`, or has a module's extension. */
const REFERENCE = /(['"])(\.{1,2}\/[^'"\n]+|[^'"\n]+\.[cm]?[jt]sx?)\1/g

const MODULE = /\.[cm]?[jt]sx?$/

/**
 * The files that modules reach by relative paths, directly or indirectly: by `import`, `import()`, `require`,
 * `new URL('…', import.meta.url)`, or any other path in quotes that names an existing file.
 * @param root paths are relative to this folder, with forward slashes; files outside are not followed.
 * @param isFollowed whether to follow a reached file's own references; it is in the result either way.
 */
export function reachableFrom(
  root: string,
  starts: Iterable<string>,
  isFollowed: (path: string) => boolean = () => true,
): ReadonlySet<string> {
  const reached = new Set<string>()
  const waiting = [...starts]
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (reached.has(path) || path.startsWith('../') || !isFile(join(root, path))) continue
    reached.add(path)
    if (!MODULE.test(path) || !isFollowed(path)) continue
    const text = readFileSync(join(root, path), 'utf8').replaceAll(TYPE_IMPORT, '')
    for (const [, , reference = ''] of text.matchAll(REFERENCE)) {
      waiting.push(...pathsMeant(posix.join(posix.dirname(path), reference)))
    }
  }
  return reached
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false
}
