import { relative } from 'node:path'
import { pathToFileURL } from 'node:url'

/** An error as Vitest hands it on from a test's process. */
export interface ReportedError {
  readonly message: string
  readonly name?: string | undefined
  readonly stack?: string | undefined
  /** The test's file, of an error that nothing caught. */
  readonly VITEST_TEST_PATH?: unknown
}

/**
 * One line for an error that belongs to no test: the scenario's file and line, and what went wrong there.
 * @param file the scenario's path; `null` where only the error itself may know it.
 * @param root what paths are shown relative to.
 */
export function errorLine(error: ReportedError, file: string | null, root: string): string {
  const { name, message, stack = '', VITEST_TEST_PATH: testPath } = error
  const path = file ?? (typeof testPath === 'string' ? testPath : null)
  const kind = name === undefined || name === 'Error' ? '' : `${name}: `
  const said = `${kind}${message}`.replaceAll(/\s+/g, ' ').trim()
  if (path === null) return said
  const line = lineIn(stack, path)
  const place = line === null ? '' : `:${line}`
  return `${relative(root, path).replaceAll('\\', '/')}${place}: ${said}${mistakeIn(stack)}`
}

/** Where in a file an error was thrown. */
function lineIn(stack: string, path: string): number | null {
  const places = [pathToFileURL(path).href, path]
  for (const place of places) {
    const start = stack.indexOf(place)
    const [, line] = /^(?:\?[^:\s]*)?:(\d+):\d+/.exec(stack.slice(start + place.length)) ?? []
    if (start >= 0 && line !== undefined) return Number(line)
  }
  return null
}

/**
 * The text that can't be parsed, with its line number. Node doesn't always name its file, which may be one
 * that the scenario imports.
 */
function mistakeIn(stack: string): string {
  const [, line, text] = /^.*:(\d+)\n(?:.*\n)*?(.*\S.*)\n *\^+ *\n/.exec(stack) ?? []
  return line === undefined || text === undefined ? '' : ` in line ${line}, ${text.trim()}`
}
