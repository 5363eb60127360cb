import { redactUrls } from '../../environment/redact-url.ts'

/**
 * Plain data as JSON would have it, without the user names, passwords and tokens of any address in its texts. Lists of
 * numbers are not copied: a run has millions of them.
 */
export function withoutSecrets<T>(data: T): T {
  return cleaned(data) as T
}

function cleaned(value: unknown): unknown {
  if (typeof value === 'string') return redactUrls(value)
  // As in JSON.
  if (typeof value === 'number') return Number.isFinite(value) ? value : null
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.every(isPlain) ? value : value.map(cleaned)
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, field]) => field !== undefined)
      .map(([key, field]) => [key, cleaned(field)]),
  )
}

function isPlain(value: unknown): boolean {
  return value === null || Number.isFinite(value)
}
