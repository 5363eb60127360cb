import { cutOff } from '../short-text.ts'

/** Longer texts are cut, because an error may quote a message, and run files keep a sample of each code. */
const MAX_CODE_LENGTH = 100
const MAX_SAMPLE_LENGTH = 1_000

/** The key under which an error is counted: its `code`, as Node's and the registry's errors have, or else its name. */
export function errorCode(error: unknown): string {
  if (!isError(error)) return 'NOT_AN_ERROR'
  const code =
    textOf(() => ('code' in error ? error.code : null)) ?? textOf(() => error.name) ?? 'Error'
  return cutOff(code, MAX_CODE_LENGTH)
}

/** The message of anything thrown. It never throws, because a failure would be lost. */
export function errorSample(error: unknown): string {
  const text = isError(error) ? textOf(() => error.message) : null
  const sample = text ?? textOf(() => String(error)) ?? 'It says nothing.'
  return cutOff(sample, MAX_SAMPLE_LENGTH)
}

/** `instanceof` may run a proxy's code, which may throw. */
function isError(value: unknown): value is Error {
  try {
    return value instanceof Error
  } catch {
    return false
  }
}

/** A non-empty text; `null` if the value is anything else or reading it throws. */
function textOf(read: () => unknown): string | null {
  try {
    const value = read()
    return typeof value === 'string' && value !== '' ? value : null
  } catch {
    return null
  }
}
