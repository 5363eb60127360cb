import type * as z from 'zod'

/** The first thing that is wrong with data, and where: `scenarios[0].result.seed: Invalid input: …`. */
export function placeOf(error: z.ZodError): string {
  const issue = error.issues[0]
  if (issue === undefined) return 'something in it is wrong'
  const place = issue.path
    .map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`))
    .join('')
    .replace(/^\./, '')
  return place === '' ? issue.message : `${place}: ${issue.message}`
}
