import type { EnumerateOptions } from '../../src/registry/enumeration.ts'
import type { Filter } from '../../src/registry/filter/filter.ts'
import type { Metadata } from '../../src/registry/registration.ts'
import { readPage } from './page.ts'

/** A row of the page's tables. */
export type Example =
  | { readonly kind: 'matches'; readonly filter: Filter; readonly identities: readonly string[] }
  | { readonly kind: 'refused'; readonly filter: Filter; readonly reason: string }
  | {
      readonly kind: 'order'
      readonly options: EnumerateOptions
      readonly identities: readonly string[]
    }

/** The testable parts of the page on filters. */
export interface FilterPage {
  readonly registrations: ReadonlyMap<string, Metadata>
  readonly examples: readonly (Example & { readonly place: string })[]
  /** The limits that it names, with their defaults. */
  readonly defaults: ReadonlyMap<string, number>
}

const PATH = 'docs/filters.md'

/** @throws Error for a row in a table of examples that is not a valid example. */
export function readFilterPage(): FilterPage {
  const { blocks, prose } = readPage(PATH)
  const json = blocks.find(({ language }) => language === 'json')
  const registrations = JSON.parse(json?.lines.join('\n') ?? '') as Record<string, Metadata>
  const examples: (Example & { readonly place: string })[] = []
  const defaults = new Map<string, number>()
  let header = ''
  for (const { text: line, lineNumber } of prose) {
    const place = `${PATH}:${lineNumber}`
    if (!line.startsWith('|')) header = ''
    else if (header === '') header = line
    else if (!line.startsWith('|---')) {
      const example = exampleOf(header, line, place)
      if (example !== null) examples.push({ ...example, place })
      const [, limit, value] = /^\| `(\w+)` \| ([\d,]+) \|/.exec(line) ?? []
      if (limit !== undefined) defaults.set(limit, Number(value?.replaceAll(',', '')))
    }
  }
  return { registrations: new Map(Object.entries(registrations)), examples, defaults }
}

function exampleOf(header: string, row: string, place: string): Example | null {
  const kind = KINDS.get(header)
  if (kind === undefined) return null
  const [, code, answer = ''] = /^\| `(\{.*\})` \| (.+) \|$/.exec(row) ?? []
  if (code === undefined) throw new Error(`${place}: expected \`{…}\` and an answer`)
  const spans = [...answer.matchAll(/`([^`]+)`/g)].map(([, span = '']) => span)
  if (spans.length === 0 && answer !== 'none') {
    throw new Error(`${place}: expected identities in backticks, or none`)
  }
  const given: unknown = JSON.parse(code)
  switch (kind) {
    case 'matches':
      return { kind, filter: given as Filter, identities: spans }
    case 'refused':
      return { kind, filter: given as Filter, reason: spans.join() }
    case 'order':
      return { kind, options: given as EnumerateOptions, identities: spans }
  }
}

const KINDS: ReadonlyMap<string, Example['kind']> = new Map([
  ['| filter | matches |', 'matches'],
  ['| filter | is refused with |', 'refused'],
  ['| options | order |', 'order'],
] as const)
