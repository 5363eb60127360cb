import { accessSync, constants, statSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/**
 * What the image starts. As with official images, a first argument that is a program's name runs
 * that program; anything else is for `prism-loadtest`.
 *
 * A container that is started as root runs `prism-loadtest` as the owner of the results folder, so
 * that result files land there whoever's it is: a mounted folder brings its host's user ids along.
 * Otherwise the container's user stays as it is.
 */
const CLI = join(import.meta.dirname, '../../src/cli/start.mjs')
const RESULTS = join(import.meta.dirname, '../../results')

const [, , ...args] = process.argv
try {
  const program = findProgram(args[0] ?? '')
  if (program === null) {
    becomeOwnerOf(RESULTS)
    replaceBy(process.execPath, ['node', CLI, ...args])
  } else {
    replaceBy(program, args)
  }
} catch (error) {
  // Not 1, which says that an SLO is missed.
  const reason = error instanceof Error ? error.message : String(error)
  process.stderr.write(`The image can't start ${args[0] ?? 'prism-loadtest'}: ${reason}\n`)
  process.exit(2)
}

/** The path of a program on the PATH; `null` for flags, paths and what there is no program for. */
function findProgram(name: string): string | null {
  if (!/^\w[\w.-]*$/.test(name) || name === 'prism-loadtest') return null
  const folders = (process.env['PATH'] ?? '').split(delimiter)
  return folders.map((folder) => join(folder, name)).find(isProgram) ?? null
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return statSync(path).isFile()
  } catch {
    return false
  }
}

function becomeOwnerOf(folder: string): void {
  const { uid, gid } = statSync(folder, { throwIfNoEntry: false }) ?? { uid: 0, gid: 0 }
  if (process.getuid?.() !== 0 || uid === 0) return
  process.setgroups?.([])
  process.setgid?.(gid)
  process.setuid?.(uid)
  process.env['HOME'] = '/tmp'
}

/** This process becomes that program, which gets its signals from then on. */
function replaceBy(path: string, argv: readonly string[]): void {
  if (process.execve === undefined) throw new Error('This platform has no execve(2).')
  process.execve(path, argv, process.env)
}
