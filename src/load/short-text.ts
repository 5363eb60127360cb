import { written } from './check-fields.ts'

/**
 * The beginning of a text, without half a character at its end. It is a copy: what `slice` returns keeps the
 * whole text in memory, which may be megabytes that a server sent.
 * @param maxLength in UTF-16 units.
 */
export function cutOff(text: string, maxLength: number): string {
  if (text.length <= maxLength) return text.toWellFormed()
  return Buffer.from(text.slice(0, maxLength)).toString()
}

/** Longer texts are cut: run files keep them. */
const MAX_LENGTH = 100

/** Any name or value given by a request, as a text of 1 to 100 characters. */
export function shortText(given: unknown): string {
  const text = typeof given === 'string' && given !== '' ? given : written(given)
  return cutOff(text, MAX_LENGTH)
}
