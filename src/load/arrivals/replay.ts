import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { check } from '../check-fields.ts'
import { InputError } from '../../input-error.ts'
import type { Arrivals } from './arrivals.ts'

/**
 * Starts that were recorded: request k is due at the offset in line k of a file, and the schedule
 * ends with the file.
 *
 *     12.5                       {"offsetMs": 12.5}
 *     13                   or    {"offsetMs": 13, "path": "/"}
 *     240.125                    {"offsetMs": 240.125}
 *
 *     start(k) = offset(k)
 *
 * A line is a number or a JSON object with the number `offsetMs` (others of its members are
 * ignored): ms since the load began, ≥ 0, in ascending order. Empty lines are skipped. The offsets
 * are held in memory, 8 bytes per request.
 *
 * @throws InputError for a file that can't be read or has no offset, and for the first line that
 * is malformed or earlier than the one before it, with the number of the line.
 */
export function replay(path: string): Arrivals {
  checkPath(path, 'replay')
  const offsets = parseOffsets(read(path), path)
  return Object.assign((k: number) => offsets[k] ?? Infinity, {
    label: `replay of ${basename(path)}, ${offsets.length} requests`,
  })
}

// A number would be an open file, 0 the terminal.
const checkPath = check((path) => typeof path === 'string', 'the path of a file')

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new InputError(`replay: ${path} can't be read: ${why}`, { cause: error })
  }
}

function parseOffsets(text: string, path: string): Float64Array {
  let offsets = new Float64Array(1_024)
  let count = 0
  let last = 0
  let lineNumber = 0
  for (const line of linesOf(text)) {
    lineNumber++
    if (line === '') continue
    const offset = parseOffset(line)
    const where = `replay: ${path}, line ${lineNumber}`
    if (offset === null) {
      throw new InputError(
        `${where}: "${line.slice(0, 60)}" is not an offset. Write ms from 0 as a number, or as {"offsetMs": 12.5}.`,
      )
    }
    if (offset < last) {
      throw new InputError(
        `${where}: offset ${offset} is earlier than ${last} before it. Sort the file.`,
      )
    }
    if (count === offsets.length) offsets = doubled(offsets)
    offsets[count++] = offset
    last = offset
  }
  if (count === 0) throw new InputError(`replay: ${path} has no offset. Write one per line, in ms.`)
  return offsets.slice(0, count)
}

/** One at a time: a file of a million lines makes no array of a million strings. */
function* linesOf(text: string): Generator<string> {
  for (let from = 0; from < text.length;) {
    const end = text.indexOf('\n', from)
    const to = end === -1 ? text.length : end
    yield text.slice(from, to).trim()
    from = to + 1
  }
}

function parseOffset(line: string): number | null {
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch {
    return null
  }
  const offset =
    typeof value === 'object' && value !== null && 'offsetMs' in value ? value.offsetMs : value
  return typeof offset === 'number' && Number.isFinite(offset) && offset >= 0 ? offset : null
}

function doubled(array: Float64Array): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(array.length * 2)
  larger.set(array)
  return larger
}
