import { printable, printableLines } from '../printable.ts'
import type { RunFile, ScenarioEntry } from './run-file.ts'

/** Fields whose texts have several lines. */
const OF_LINES = new Set(['error', 'notice'])

/** Fields that hold measurements, not texts for people. */
const NOT_READ = new Set(['hdrV2Base64'])

/** A run, or part of it, with all texts harmless to print, so that no report can forget one. */
export function printableRun<Part extends RunFile | ScenarioEntry>(run: Part): Part {
  return printableValue(run, '') as Part
}

/** Keeps the data's structure. Copies only values that change. */
function printableValue(value: unknown, key: string): unknown {
  if (typeof value === 'string') {
    if (NOT_READ.has(key)) return value
    return OF_LINES.has(key) ? printableLines(value) : printable(value)
  }
  if (typeof value !== 'object' || value === null) return value
  // Most of a run is figures, which are not copied.
  let changed: Map<string, readonly [name: string, item: unknown]> | null = null
  for (const name in value) {
    if (!Object.hasOwn(value, name)) continue
    const item: unknown = value[name as keyof typeof value]
    const shownName = printable(name)
    const shown = printableValue(item, Array.isArray(value) ? key : name)
    if (shownName === name && shown === item) continue
    changed ??= new Map()
    changed.set(name, [shownName, shown])
  }
  if (changed === null) return value
  const entries = Object.entries(value).map((entry) => changed.get(entry[0]) ?? entry)
  return Array.isArray(value) ? entries.map(([, item]) => item) : Object.fromEntries(entries)
}
