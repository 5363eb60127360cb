import { readFileSync } from 'node:fs'
import { relative, resolve, sep } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { inspect, stripVTControlCharacters } from 'node:util'

/** An error from a test's process, as Vitest passes it on. */
export interface ReportedError {
  /** Of whatever was thrown: a text, unless the error is no `Error`. */
  readonly message?: unknown
  readonly name?: string | undefined
  readonly stack?: string | undefined
  /** Stack frames, without those of libraries. */
  readonly stacks?: readonly Frame[] | undefined
  /** For a failed assertion: expected against received. */
  readonly diff?: string | undefined
  /** The test's file, for an uncaught error. */
  readonly VITEST_TEST_PATH?: unknown
}

interface Frame {
  readonly method: string
  readonly file: string
  readonly line: number
  readonly column: number
}

/** A place in a source file; `null` if its line is unknown. */
interface Place {
  readonly file: string
  readonly line: number | null
}

/** Indents further lines of an error, to set them apart from SLO tables. */
const INDENT = '    '

/**
 * An error outside of any test: place and message, `bench/a.load.ts:12: TypeError: no such thing`. Further
 * lines of the message keep their layout.
 * @param file the scenario's path; `null` if only the error itself may name it.
 * @param root base folder of displayed paths.
 */
export function moduleErrorText(error: ReportedError, file: string | null, root: string): string {
  const { name, stack = '', VITEST_TEST_PATH: testPath } = error
  const message = messageOf(error)
  const kind = name === undefined || name === 'Error' ? '' : `${name}: `
  const said = indented(`${kind}${plain(message)}`)
  const scenario = file ?? (typeof testPath === 'string' ? testPath : null)
  const mistake = mistakeIn(stack)
  const place = mistake ?? importIn(message) ?? thrownAt(error, scenario)
  if (place === null) return said
  const source = mistake === null ? '' : `\n${INDENT}${mistake.source}`
  return `${placeText(place, root)}: ${said}${source}`
}

/** A module that was run, as far as its errors need it. */
interface FailedModule {
  readonly moduleId: string
  errors(): readonly ReportedError[]
}

/**
 * All errors of a run outside of its tests, as text, each with the file it belongs to: `run` for those of
 * no module.
 * @param root base folder of displayed paths.
 */
export function runErrors(
  modules: readonly FailedModule[],
  errors: readonly ReportedError[],
  root: string,
): readonly { readonly file: string; readonly reason: string }[] {
  const ofModules = modules.flatMap((module) =>
    module.errors().map((error) => ({
      file: relativePath(module.moduleId, root),
      reason: moduleErrorText(error, module.moduleId, root),
    })),
  )
  const others = errors.map((error) => ({
    file: 'run',
    reason: moduleErrorText(error, null, root),
  }))
  return [...ofModules, ...others]
}

/**
 * A test's error: message, place and diff. For an SLO, only the message, with all lines indented, because
 * the scenario's report shows the rest.
 * @param root base folder of displayed paths.
 */
export function testErrorText(error: ReportedError, root: string): string {
  const message = messageOf(error)
  if (message.startsWith('  ')) return message
  const frames = ownFrames(error).map(({ method, file, line, column }) => {
    const place = `${relativePath(file, root)}:${line}:${column}`
    return method === '' ? `at ${place}` : `at ${method} (${place})`
  })
  const diff = error.diff === undefined ? [] : [plain(error.diff)]
  return indented([plain(message), ...frames, ...diff].join('\n'))
}

/** Anything can be thrown: objects without a message are shown by their fields. */
function messageOf(error: ReportedError): string {
  if (typeof error.message === 'string') return error.message
  const fields = Object.entries(error).filter(([name]) => name !== 'stacks')
  return inspect(Object.fromEntries(fields))
}

/** Without colours and without empty lines. */
function plain(text: string): string {
  const lines = stripVTControlCharacters(text).split(/\r?\n/)
  return lines.filter((line) => line.trim() !== '').join('\n')
}

function indented(text: string): string {
  return text.replaceAll('\n', `\n${INDENT}`)
}

function placeText({ file, line }: Place, root: string): string {
  return line === null ? relativePath(file, root) : `${relativePath(file, root)}:${line}`
}

/** A file's path as people read it: relative to `root`, with forward slashes. */
export function relativePath(file: string, root: string): string {
  return relative(root, file).replaceAll('\\', '/')
}

const LOAD_FIXTURE = ['vitest', 'load'].map(
  (room) => resolve(import.meta.dirname, '..', room) + sep,
)

/** Frames of the scenario and its modules, without packages and the load fixture. */
function ownFrames({ stacks = [] }: ReportedError): readonly Frame[] {
  return stacks.filter(
    ({ file }) =>
      !/[\\/]node_modules[\\/]/.test(file) &&
      !LOAD_FIXTURE.some((folder) => file.startsWith(folder)),
  )
}

/** Where an error was thrown, preferably in the scenario. */
function thrownAt(error: ReportedError, scenario: string | null): Place | null {
  const [frame] = ownFrames(error)
  if (scenario === null) return frame ?? null
  return { file: scenario, line: lineIn(error.stack ?? '', scenario) }
}

/** The first line of a file that a stack names. */
function lineIn(stack: string, path: string): number | null {
  const places = [pathToFileURL(path).href, path]
  for (const place of places) {
    const start = stack.indexOf(place)
    const [, line] = /^(?:\?[^:\s]*)?:(\d+):\d+/.exec(stack.slice(start + place.length)) ?? []
    if (start >= 0 && line !== undefined) return Number(line)
  }
  return null
}

/** File and line of a syntax error, which Node prints above the stack, with the source. */
function mistakeIn(stack: string): (Place & { readonly source: string }) | null {
  const [, file = '', line, source] = /^(.+):(\d+)\n(?:.*\n)*?(.*\S.*)\n *\^+ *\n/.exec(stack) ?? []
  if (line === undefined || source === undefined) return null
  const path = file.startsWith('file:') ? fileURLToPath(file) : file
  return { file: path, line: Number(line), source: source.trim() }
}

/** The import of a module that was not found. */
function importIn(message: string): Place | null {
  const [, missing, importer] =
    /^Cannot find \w+ '(.+)' imported from '?([^'\n]+)/.exec(message) ?? []
  if (missing === undefined || importer === undefined) return null
  const name = missing.split(/[\\/]/).at(-1) ?? missing
  return { file: importer, line: lineWith(name, importer) }
}

function lineWith(name: string, file: string): number | null {
  try {
    const lines = readFileSync(file, 'utf8').split('\n')
    const index = lines.findIndex((line) => /\b(import|from)\b/.test(line) && line.includes(name))
    return index < 0 ? null : index + 1
  } catch {
    return null
  }
}
