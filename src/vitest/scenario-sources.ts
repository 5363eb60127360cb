import { readFileSync, statSync } from 'node:fs'
import { dirname, join, relative, resolve, sep } from 'node:path'
import { pathsMeant } from '../import-paths.ts'

/** The requests of this project's own scenarios. */
const WORKLOADS = resolve(import.meta.dirname, '../workloads')

/** A relative path in an import. */
const IMPORTED = /\b(?:from|import)\s*\(?\s*(['"])(\.{1,2}\/[^'"\n]+)\1/g

/**
 * The sources that define a scenario's load: its own file, and the modules that it imports, directly or not,
 * from its folder, from folders below it, or from `src/workloads/`. Everything else is the system under test
 * or the load generator; their changes are what runs are compared for.
 * @param file path of the scenario's file.
 * @returns source text by name: the path relative to the scenario's folder, or `workloads/…`, with forward
 *   slashes.
 */
export function scenarioSources(file: string): ReadonlyMap<string, string> {
  const folder = dirname(resolve(file))
  const sources = new Map<string, string>()
  const waiting = [resolve(file)]
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    const base = isBelow(folder, path) ? folder : dirname(WORKLOADS)
    const name = relative(base, path).replaceAll('\\', '/')
    if (sources.has(name)) continue
    const text = readFileSync(path, 'utf8')
    sources.set(name, text)
    for (const [, , imported = ''] of text.matchAll(IMPORTED)) {
      const next = pathsMeant(join(dirname(path), imported)).find(isFile)
      // Text that only looks like an import names no file.
      if (next === undefined) continue
      if (isBelow(folder, next) || isBelow(WORKLOADS, next)) waiting.push(next)
    }
  }
  return sources
}

function isBelow(folder: string, path: string): boolean {
  return path.startsWith(folder + sep)
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false
}
