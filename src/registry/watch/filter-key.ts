import { createHash } from 'node:crypto'
import { isPlainObject } from '../json-check.ts'

/** The same text for filters that are the same JSON, whatever the order of their entries. */
export function filterKeyOf(filter: unknown): string {
  return createHash('sha256').update(JSON.stringify(filter, withSortedEntries)).digest('base64url')
}

function withSortedEntries(_: string, value: unknown): unknown {
  if (!isPlainObject(value)) return value
  const names = Object.keys(value).sort()
  return Object.fromEntries(names.map((name) => [name, value[name]]))
}
