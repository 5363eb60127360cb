import { written } from '../check-fields.ts'
import { cutOff } from '../cut-off.ts'

/** Longer texts are cut: run files keep them. */
const MAX_LENGTH = 100

/** What a request gave as a name or a value, whatever it is, as a text of 1 to 100 characters. */
export function shortText(given: unknown): string {
  const text = typeof given === 'string' && given !== '' ? given : written(given)
  return cutOff(text, MAX_LENGTH)
}
