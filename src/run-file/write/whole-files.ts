import { randomUUID } from 'node:crypto'
import {
  closeSync,
  fstatSync,
  ftruncateSync,
  linkSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'

/** A file's path, and its new text. */
export type FileText = readonly [path: string, text: string]

/**
 * Writes or replaces files. All are written under other names first and then renamed: whatever fails or kills the
 * process, each file is complete, in its old or new state, and a full disk changes none of them.
 * @throws the file system's error; nothing is left behind.
 */
export function replaceFiles(files: readonly FileText[]): void {
  const renames = files.map(([path, text]) => ({ from: temporaryBeside(path), to: path, text }))
  try {
    for (const { from, text } of renames) writeFileSync(from, text, { flag: 'wx' })
    for (const { from, to } of renames) renameSync(from, to)
  } finally {
    for (const { from } of renames) rmSync(from, { force: true })
  }
}

/**
 * Writes one file as `replaceFiles` does. A link stays a link; a pipe or a device, which can't be replaced, is
 * written to.
 * @throws the file system's error
 */
export function writeWholeFile(path: string, text: string): void {
  const stats = statSync(path, { throwIfNoEntry: false })
  if (stats === undefined) replaceFiles([[path, text]])
  else if (stats.isFile()) replaceFiles([[realpathSync(path), text]])
  else writeFileSync(path, text)
}

/**
 * Creates a file unless it exists; of several processes, one creates it.
 * @returns whether it did.
 * @throws the file system's error; nothing is left behind.
 */
export function createWholeFile(path: string, text: string): boolean {
  const temporary = temporaryBeside(path)
  try {
    writeFileSync(temporary, text, { flag: 'wx' })
    // A link appears complete or not at all, and never replaces another file.
    linkSync(temporary, path)
    return true
  } catch (error) {
    switch (codeOf(error)) {
      case 'EEXIST':
        return false
      // A file system without links, such as FAT.
      case 'EPERM':
      case 'ENOTSUP':
      case 'EOPNOTSUPP':
      case 'ENOSYS':
        return createInPlace(path, text)
      default:
        throw error
    }
  } finally {
    rmSync(temporary, { force: true })
  }
}

/**
 * Appends a text in one write, so that texts of several processes don't mix; on a full disk, appends nothing.
 * @throws the file system's error
 */
export function appendWhole(path: string, text: string): void {
  const bytes = Buffer.from(text)
  const file = openSync(path, 'a')
  try {
    const written = writeSync(file, bytes)
    if (written === bytes.length) return
    ftruncateSync(file, fstatSync(file).size - written)
    throw Object.assign(new Error('no space is left on the device'), { code: 'ENOSPC' })
  } finally {
    closeSync(file)
  }
}

/**
 * A unique name in the same folder, and so on the same file system, where renaming is atomic. Process IDs would not
 * be unique: containers may share a folder.
 */
export function temporaryBeside(path: string): string {
  return join(dirname(path), `.${basename(path)}.${randomUUID()}.partial`)
}

function createInPlace(path: string, text: string): boolean {
  try {
    writeFileSync(path, text, { flag: 'wx' })
    return true
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false
    rmSync(path, { force: true })
    throw error
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined
}
