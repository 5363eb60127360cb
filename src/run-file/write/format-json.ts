/** One level of nesting. */
const STEP = '  '

/**
 * Plain data as JSON for people and line-based tools: as `JSON.stringify(value, null, 2)`, but a list of numbers is on
 * one line, because a load has many of them, and long ones.
 * @param indent of the line that it begins on.
 * @param known texts of parts, already formatted for their place.
 */
export function formatJson(
  value: unknown,
  indent = '',
  known: (part: object) => string | undefined = () => undefined,
): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const text = known(value)
  if (text !== undefined) return text
  const inside = indent + STEP
  if (Array.isArray(value)) {
    if (value.every(isNumberOrNull)) return JSON.stringify(value)
    return block(
      '[',
      value.map((item) => formatJson(item, inside, known)),
      ']',
      indent,
    )
  }
  const fields = Object.entries(value)
    .filter(([, field]) => field !== undefined)
    .map(([key, field]) => `${JSON.stringify(key)}: ${formatJson(field, inside, known)}`)
  return block('{', fields, '}', indent)
}

function isNumberOrNull(value: unknown): boolean {
  return typeof value === 'number' || value === null
}

function block(open: string, lines: readonly string[], close: string, indent: string): string {
  if (lines.length === 0) return open + close
  const inside = `\n${indent}${STEP}`
  return `${open}${inside}${lines.join(`,${inside}`)}\n${indent}${close}`
}
