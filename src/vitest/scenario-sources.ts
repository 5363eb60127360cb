import { readFileSync } from 'node:fs'
import { dirname, join, relative, resolve, sep } from 'node:path'

/** The registry, the engine and all that measures: what a load is made by, not what it is. */
const PROJECT_SOURCES = resolve(import.meta.dirname, '..')

/** What a module is imported from, if by a relative path. */
const IMPORTED = /\b(?:from|import)\s*\(?\s*(['"])(\.{1,2}\/[^'"\n]+)\1/g

/**
 * The sources that say what a scenario's load is: its own file, and what that imports by relative
 * paths, directly or not, as src/workloads/. What is in the project's src/ is left out, but for
 * the scenario's own folder.
 * @param file the path of the scenario's file.
 * @returns text by path relative to the scenario's folder, with forward slashes.
 */
export function scenarioSources(file: string): ReadonlyMap<string, string> {
  const folder = dirname(resolve(file))
  const sources = new Map<string, string>()
  const waiting = [resolve(file)]
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    const name = relative(folder, path).replaceAll('\\', '/')
    const text = sources.has(name) ? null : textOf(path)
    if (text === null) continue
    sources.set(name, text)
    for (const [, , imported = ''] of text.matchAll(IMPORTED)) {
      const next = join(dirname(path), imported)
      if (!isBelow(PROJECT_SOURCES, next) || isBelow(folder, next)) waiting.push(next)
    }
  }
  return sources
}

function isBelow(folder: string, path: string): boolean {
  return path.startsWith(folder + sep)
}

/** `null` for what only looked like an import. */
function textOf(path: string): string | null {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return null
  }
}
