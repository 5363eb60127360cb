import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs'

/**
 * - `missing`: there is no such file
 * - `unreadable`: it is not a regular file, or this user has no permission to read it
 * - `too-large`: it exceeds the caller's limit
 */
export type FileFault = 'missing' | 'unreadable' | 'too-large'

/** A file was not read. The message says why, without the file's name. */
export class FileError extends Error {
  override readonly name = 'FileError'
  readonly fault: FileFault

  constructor(fault: FileFault, message: string, cause?: unknown) {
    super(message, { cause })
    this.fault = fault
  }
}

/**
 * The bytes of a regular file, also through a link. Never waits: it refuses pipes and devices as soon as they
 * are open.
 * @param maxBytes larger files are refused, also if they grow while they are read.
 * @throws FileError
 */
export function readRegularFile(path: string, maxBytes: number): Buffer {
  try {
    // Without this flag, opening a pipe waits for its writer. Windows has neither the flag nor such pipes.
    const file = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0))
    try {
      const stats = fstatSync(file)
      if (stats.isDirectory()) throw new FileError('unreadable', 'is a folder, not a file.')
      if (!stats.isFile()) throw new FileError('unreadable', NOT_REGULAR)
      if (stats.size > maxBytes) throw tooLarge(stats.size)
      return readToEnd(file, stats.size, maxBytes)
    } finally {
      closeSync(file)
    }
  } catch (error) {
    throw error instanceof FileError ? error : fileErrorOf(error)
  }
}

const NOT_REGULAR = 'is a pipe, a socket or a device, not a file.'

/** Files of the system, as in /proc, report a size of 0 although they have content. */
const FIRST_READ_BYTES = 64 * 2 ** 10

function readToEnd(file: number, expectedBytes: number, maxBytes: number): Buffer {
  const parts: Buffer[] = []
  let bytes = 0
  for (;;) {
    const part = Buffer.allocUnsafe(Math.max(expectedBytes - bytes, FIRST_READ_BYTES))
    const read = readSync(file, part)
    if (read === 0) return Buffer.concat(parts, bytes)
    parts.push(part.subarray(0, read))
    bytes += read
    if (bytes > maxBytes) throw tooLarge(bytes)
  }
}

function tooLarge(bytes: number): FileError {
  return new FileError('too-large', `has ${Math.round(bytes / 2 ** 20)} MiB.`)
}

function fileErrorOf(error: unknown): FileError {
  const reason = error instanceof Error ? error.message : String(error)
  switch (error instanceof Error && 'code' in error ? error.code : undefined) {
    case 'ENOENT':
    case 'ENOTDIR':
      return new FileError('missing', 'there is no such file.', error)
    case 'ELOOP':
      return new FileError('unreadable', 'is a link that leads back to itself.', error)
    // Opening a socket fails with this code.
    case 'ENXIO':
      return new FileError('unreadable', NOT_REGULAR, error)
    case 'EACCES':
    case 'EPERM':
      return new FileError('unreadable', 'this user may not read it.', error)
    default:
      return new FileError('unreadable', `can't be read: ${reason}.`, error)
  }
}
