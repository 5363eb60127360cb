/** A ratio written as `5%` or `0.05`; `NaN` for any other text. Its range is up to the caller. */
export function parseRatio(text: string): number {
  const [, digits = '', percent = ''] = /^(\d+(?:\.\d+)?)\s*(%?)$/.exec(text.trim()) ?? []
  return digits === '' ? Number.NaN : Number(digits) / (percent === '%' ? 100 : 1)
}
