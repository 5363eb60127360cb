import { accessSync, constants, readFileSync, statSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/**
 * The image's entry point. As with official images, a first argument that names a program runs that
 * program; any other arguments go to `prism-loadtest`.
 *
 * A container started as root runs `prism-loadtest` as the owner of the results folder, so that result
 * files can be written to a mounted folder with its host's user ids. Otherwise, the user stays the same.
 */
const CLI = join(import.meta.dirname, '../../src/cli/start.mjs')
const RESULTS = join(import.meta.dirname, '../../results')
const COMMIT = join(import.meta.dirname, '../../commit')

const [, , ...args] = process.argv
try {
  // For run files; the build wrote it.
  process.env['PRISM_LOADTEST_COMMIT'] ??= readFileSync(COMMIT, 'utf8').trim()
  const program = findProgram(args[0] ?? '')
  if (program === null) {
    becomeOwnerOf(RESULTS)
    replaceBy(process.execPath, ['node', CLI, ...args])
  } else {
    replaceBy(program, args)
  }
} catch (error) {
  // Not 1, which means a missed SLO.
  const reason = error instanceof Error ? error.message : String(error)
  process.stderr.write(`The image can't start ${args[0] ?? 'prism-loadtest'}: ${reason}\n`)
  process.exit(2)
}

/** The path of a program on the PATH; `null` for flags, paths and unknown names. */
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

/** Turns this process into that program, which then receives its signals. */
function replaceBy(path: string, argv: readonly string[]): void {
  if (process.execve === undefined) throw new Error('This platform has no execve(2).')
  process.execve(path, argv, process.env)
}
