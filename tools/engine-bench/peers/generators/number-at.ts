/**
 * Finds a number in a generator's report.
 * @throws Error if it is missing.
 */
export function numberAt(report: unknown, ...path: readonly string[]): number {
  let value = report
  for (const key of path) {
    value = typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined
  }
  if (typeof value === 'number') return value
  throw new Error(`its report has no number at ${path.join(' → ')}`)
}
