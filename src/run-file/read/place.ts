import type * as z from 'zod'

/** The first flaw of data and its place: `scenarios[0].result.seed: Invalid input: …`. */
export function placeOf(error: z.ZodError): string {
  const issue = error.issues[0]
  if (issue === undefined) return 'it is not valid'
  const place = issue.path
    .map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`))
    .join('')
    .replace(/^\./, '')
  return place === '' ? issue.message : `${place}: ${issue.message}`
}
