/**
 * Errors of modules and calls that don't fit together: a missing import, a changed method. Messages of Node 24
 * and V8.
 */
const MISFITS = [
  /does not provide an export named/,
  /Cannot find (module|package)/,
  /is not a (function|constructor)/,
  /Class extends value/,
  /Cannot read properties of undefined/,
  /is not iterable/,
  /Package subpath .* is not defined/,
]

/**
 * Recognises the errors of a registry whose interface the harness doesn't know.
 * @returns the line with such an error; `null` without one.
 */
export function misfitIn(text: string): string | null {
  const line = text.split('\n').find((part) => MISFITS.some((misfit) => misfit.test(part)))
  return line?.trim() ?? null
}
