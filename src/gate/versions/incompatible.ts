/**
 * What modules and calls that don't fit together say: an import that isn't there, a method that is
 * another one by now. Messages of Node 24 and V8.
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
 * Whether an error is of the kind that a registry gives whose interface the harness doesn't know.
 * @returns the line that says so; `null` if it isn't.
 */
export function misfitIn(text: string): string | null {
  const line = text.split('\n').find((part) => MISFITS.some((misfit) => misfit.test(part)))
  return line?.trim() ?? null
}
