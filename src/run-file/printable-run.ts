import { redactUrls } from '../environment/redact-url.ts'
import { printable, printableLines } from '../printable.ts'
import type { RunFile, ScenarioEntry } from './run-file.ts'

/** Fields whose texts have several lines. */
const OF_LINES = new Set(['error', 'notice'])

/** Fields that hold measurements, not texts for people. */
const NOT_READ = new Set(['hdrV2Base64'])

/** A run, or part of it, with all texts harmless to print, so that no report can forget one. */
export function printableRun<Part extends RunFile | ScenarioEntry>(run: Part): Part {
  return withTexts(
    run,
    (text, key) => (OF_LINES.has(key) ? printableLines(text) : printable(text)),
    printable,
  ) as Part
}

/** A run, or part of it, without user names, passwords and tokens in addresses. */
export function redactedRun<Part extends RunFile | ScenarioEntry>(run: Part): Part {
  return withTexts(run, redactUrls, redactUrls) as Part
}

/** Changes a text, given the name of its field. */
type ChangeText = (text: string, key: string) => string

/** Keeps the data's structure. Copies only values that change. */
function withTexts(
  value: unknown,
  change: ChangeText,
  changeName: (name: string) => string,
  key = '',
): unknown {
  if (typeof value === 'string') return NOT_READ.has(key) ? value : change(value, key)
  if (typeof value !== 'object' || value === null) return value
  // Most of a long run is columns of figures.
  if (Array.isArray(value) && value.every(isFigure)) return value
  // Most of a run is figures, which are not copied.
  let changed: Map<string, readonly [name: string, item: unknown]> | null = null
  for (const name in value) {
    if (!Object.hasOwn(value, name)) continue
    const item: unknown = value[name as keyof typeof value]
    const shownName = changeName(name)
    const shown = withTexts(item, change, changeName, Array.isArray(value) ? key : name)
    if (shownName === name && shown === item) continue
    changed ??= new Map()
    changed.set(name, [shownName, shown])
  }
  if (changed === null) return value
  const entries = Object.entries(value).map((entry) => changed.get(entry[0]) ?? entry)
  return Array.isArray(value) ? entries.map(([, item]) => item) : Object.fromEntries(entries)
}

function isFigure(value: unknown): boolean {
  return typeof value === 'number' || value === null
}
