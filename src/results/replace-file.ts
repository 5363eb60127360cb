import { randomUUID } from 'node:crypto'
import { realpathSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
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
 * A name in the same folder, and so on the same file system, where renaming replaces at once. No two
 * are alike: process ids are, where containers share a folder.
 */
export function temporaryBeside(path: string): string {
  return join(dirname(path), `.${basename(path)}.${randomUUID()}.partial`)
}
