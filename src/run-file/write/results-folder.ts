import { existsSync, mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { UserError } from '../../user-error.ts'
import { temporaryBeside } from './whole-files.ts'

/** The folder for result files is unusable. The message says why, and what to do. */
export class ResultsFolderError extends UserError {
  override readonly name = 'ResultsFolderError'
}

/**
 * Makes the folder if it is missing, and proves that files can be written there by writing one:
 * permissions alone say nothing to root, or of a read-only file system.
 * @throws ResultsFolderError
 */
export function ensureWritableFolder(folder: string): void {
  const probe = temporaryBeside(join(folder, 'probe'))
  try {
    makeFolder(resolve(folder))
    try {
      writeFileSync(probe, 'x')
    } finally {
      rmSync(probe, { force: true })
    }
  } catch (error) {
    throw resultsFolderError(folder, error)
  }
}

/**
 * Makes a folder and those above it. Node's own `recursive` never returns where a file system answers
 * ENOENT for a folder that can't be made, as /proc does (seen with Node 24.21).
 */
function makeFolder(folder: string): void {
  if (statSync(folder, { throwIfNoEntry: false }) !== undefined) return
  makeFolder(dirname(folder))
  try {
    mkdirSync(folder)
  } catch (error) {
    // Another run may have made it in between.
    if (!existsSync(folder)) throw error
  }
}

/** Says why nothing could be written to a folder. */
export function resultsFolderError(folder: string, cause: unknown): ResultsFolderError {
  const path = resolve(folder)
  return new ResultsFolderError(`Results can't be written to ${path}: ${explain(path, cause)}`, {
    cause,
  })
}

const OR_ANOTHER = 'or choose another folder for results.'

function explain(path: string, cause: unknown): string {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined
  switch (code) {
    case 'EEXIST':
    case 'ENOTDIR': {
      const what = isFile(path) ? 'it is' : 'a part of its path is'
      return `${what} a file, not a folder. Move the file away, ${OR_ANOTHER}`
    }
    case 'EACCES':
    case 'EPERM':
      return `this user may not write there. Change its permissions, ${OR_ANOTHER}`
    case 'EROFS':
      return `its file system is read-only. Mount it writable, ${OR_ANOTHER}`
    case 'ENOSPC':
    case 'EDQUOT':
      return `no space is left there. Free some, ${OR_ANOTHER}`
    default:
      return `${cause instanceof Error ? cause.message : String(cause)}. Check the path, ${OR_ANOTHER}`
  }
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false
}
