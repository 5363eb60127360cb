import { written } from '../check-fields.ts'

/** Longer texts are cut: run files keep them. */
const MAX_LENGTH = 100

/** What a request gave as a name or a value, whatever it is, as a text of 1 to 100 characters. */
export function shortText(given: unknown): string {
  const text = typeof given === 'string' && given !== '' ? given : written(given)
  return text.slice(0, MAX_LENGTH).toWellFormed()
}
