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

/** A file, and what it is to hold. */
export type FileText = readonly [path: string, text: string]

/**
 * Writes files, in place of those that are there. All are written under other names first and then
 * renamed, so whatever fails or kills the process, each file is there whole, in its old or its new
 * state, and a full disk changes none of them.
 * @throws what the file system says; nothing is left behind then.
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
 * Writes one file as `replaceFiles` does. A link stays one; a pipe or a device, which can't be
 * replaced, is written to.
 * @throws what the file system says
 */
export function writeWholeFile(path: string, text: string): void {
  const stats = statSync(path, { throwIfNoEntry: false })
  if (stats === undefined) replaceFiles([[path, text]])
  else if (stats.isFile()) replaceFiles([[realpathSync(path), text]])
  else writeFileSync(path, text)
}

/**
 * Makes a file unless there is one of that name: of any number of processes, one makes it.
 * @returns whether it did.
 * @throws what the file system says; nothing is left behind then.
 */
export function createWholeFile(path: string, text: string): boolean {
  const temporary = temporaryBeside(path)
  try {
    writeFileSync(temporary, text, { flag: 'wx' })
    // A link is there whole or not at all, and never in place of another file.
    linkSync(temporary, path)
    return true
  } catch (error) {
    switch (codeOf(error)) {
      case 'EEXIST':
        return false
      // A file system without links, as FAT is.
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
 * Adds a text to the end of a file at once, so that those of several processes don't mix; all of it,
 * or nothing on a full disk.
 * @throws what the file system says
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
 * A name in the same folder, and so on the same file system, where renaming replaces at once. No two
 * are alike: process ids are, where containers share a folder.
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
