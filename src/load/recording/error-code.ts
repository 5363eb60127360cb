import { cutOff } from '../short-text.ts'

/** Longer texts are cut: an error may quote what was sent, and run files keep a sample of each code. */
const MAX_CODE_LENGTH = 100
const MAX_SAMPLE_LENGTH = 1_000

/** What to count an error under: its `code` if it has one, as Node's and the registry's errors do, or else its name. */
export function errorCode(error: unknown): string {
  if (!isError(error)) return 'NOT_AN_ERROR'
  const code =
    textOf(() => ('code' in error ? error.code : null)) ?? textOf(() => error.name) ?? 'Error'
  return cutOff(code, MAX_CODE_LENGTH)
}

/** What an error says, whatever was thrown: reading it never throws, because then a failure would be lost. */
export function errorSample(error: unknown): string {
  const text = isError(error) ? textOf(() => error.message) : null
  const sample = text ?? textOf(() => String(error)) ?? 'It says nothing.'
  return cutOff(sample, MAX_SAMPLE_LENGTH)
}

/** Even this question runs code of whoever made a proxy. */
function isError(value: unknown): value is Error {
  try {
    return value instanceof Error
  } catch {
    return false
  }
}

/** A text that isn't empty; `null` if what is read is anything else, or can't be read. */
function textOf(read: () => unknown): string | null {
  try {
    const value = read()
    return typeof value === 'string' && value !== '' ? value : null
  } catch {
    return null
  }
}
