import type { RunFile, ScenarioEntry } from './run-file.ts'

/** Longer texts than this, in UTF-16 units, are cut: a name is for reading. */
const LONGEST = 300

/** Texts of several lines by nature. */
const OF_LINES = new Set(['error', 'notice'])

/** Measurements, not texts that anybody reads. */
const NOT_READ = new Set(['hdrV2Base64'])

/**
 * Characters that a terminal obeys or that reorder or hide others: the control codes (C0, DEL, C1; an
 * escape sequence begins with one), line separators, bidirectional formatting (Unicode Standard
 * Annex #9), zero-width characters, tags, and halves of surrogate pairs.
 */
const UNPRINTABLE =
  /[\p{Cc}\p{Cs}\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]/gu

/** Most texts. */
const PLAIN = /^[ -~]*$/

/**
 * A text that someone else wrote, in one line and harmless to print: what is no plain character is
 * written as its code, `\u{1b}`.
 */
export function printable(text: string): string {
  const cut = text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text
  return escaped(cut)
}

/** The same of a text of several lines. */
export function printableLines(text: string): string {
  const lines = text.slice(0, LONGEST * 20).split(/\r?\n/)
  return lines.map((line) => escaped(line.replaceAll('\t', '  '))).join('\n')
}

/** A run, or a part of it, all of whose texts are harmless to print: nobody can forget one. */
export function printableRun<Part extends RunFile | ScenarioEntry>(run: Part): Part {
  return printableValue(run, '') as Part
}

/** The form of the data stays. What has nothing to be changed is not copied. */
function printableValue(value: unknown, key: string): unknown {
  if (typeof value === 'string') {
    if (NOT_READ.has(key)) return value
    return OF_LINES.has(key) ? printableLines(value) : printable(value)
  }
  if (typeof value !== 'object' || value === null) return value
  // Most of a run is figures: they are not copied.
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

/** Everything that is no plain character as its code, line ends too; nothing is cut. */
export function escaped(text: string): string {
  if (PLAIN.test(text)) return text
  return text.replaceAll(
    UNPRINTABLE,
    (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
  )
}
