import { existsSync, mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { UserError } from '../../user-error.ts'
import { temporaryBeside } from './whole-files.ts'

/** The folder for result files is unusable. The message says why, and what to do. */
export class ResultsFolderError extends UserError {
  override readonly name = 'ResultsFolderError'
}

/**
 * Creates the folder if it is missing, and proves that it accepts files by writing one: permissions don't apply to
 * root, and don't show a read-only file system.
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
 * Creates a folder and its parents. Node's own `recursive` never returns if a file system answers ENOENT for a
 * folder that can't be created, as /proc does (seen with Node 24.21).
 */
function makeFolder(folder: string): void {
  if (statSync(folder, { throwIfNoEntry: false }) !== undefined) return
  makeFolder(dirname(folder))
  try {
    mkdirSync(folder)
  } catch (error) {
    // Another run may have created it in between.
    if (!existsSync(folder)) throw error
  }
}

/** Where run files go by default, in the current folder. */
export const RESULTS_FOLDER = 'results'

/** All but the runs that are kept on purpose, to compare with. */
const IGNORE = '/*\n!/baselines/\n'

/**
 * Makes `results/` in the current folder, with a `.gitignore`, unless it exists: unknown files in it would mark
 * every later run as one of a changed working tree.
 * @throws ResultsFolderError
 */
export function makeDefaultFolder(): void {
  const folder = resolve(RESULTS_FOLDER)
  if (existsSync(folder)) return
  ensureWritableFolder(folder)
  writeFileSync(join(folder, '.gitignore'), IGNORE)
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
      const what = isFile(path) ? 'it is' : 'part of its path is'
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
