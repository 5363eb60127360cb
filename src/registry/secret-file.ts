import { readFileSync, statSync } from 'node:fs'
import { RegistryError } from './errors.ts'
import { settingsOf, TITLES, type NatsParameter, type ServerKind } from './server-parameters.ts'
import { quoted } from './text.ts'

/** Larger files are taken for something else, in bytes. */
const MAX_BYTES = 1024 * 1024

/** A file that a setting refers to. */
export interface FileSetting {
  readonly kind: ServerKind
  readonly parameter: NatsParameter
  /** `null` for text instead of a file. */
  readonly path: string | null
}

/**
 * The text of a file that a setting refers to.
 * @throws RegistryError `INVALID_ARGUMENT` naming the path and the settings; never the content.
 */
export function readSettingFile(setting: FileSetting): string {
  const { path } = setting
  if (path === null) throw new TypeError('no file')
  try {
    const stat = statSync(path)
    // Reading a pipe or a terminal would wait without an end.
    if (!stat.isFile()) throw Object.assign(new Error(), { code: 'ENOTFILE' })
    if (stat.size > MAX_BYTES) throw Object.assign(new Error(), { code: 'EFBIG' })
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw unusable(setting, reasonFor(error))
  }
}

/**
 * A secret from a file: its text without line ends behind it, which editors add.
 * @throws RegistryError `INVALID_ARGUMENT` also if it is empty.
 */
export function readSecret(setting: FileSetting): string {
  const secret = readSettingFile(setting).replace(/[\r\n]+$/, '')
  if (secret === '') throw unusable(setting, 'is empty')
  return secret
}

/** What is no path, but the content of a file: PEM, the seed of an nkey, or a JWT. */
const CONTENT = /[\r\n]|-----BEGIN|SU[A-Z2-7]{56}|eyJ[\w-]{8,}\./

/** The error for a file of a setting that is of no use. @param reason follows the path. */
export function unusable({ kind, parameter, path }: FileSetting, reason: string): RegistryError {
  const what = `${TITLES[kind]} ${parameter}: the`
  const setBy = `It is set by ${settingsOf(kind, parameter)}.`
  return new RegistryError(
    'INVALID_ARGUMENT',
    path === null
      ? `${what} text ${reason}.`
      : CONTENT.test(path)
        ? `${what} value is a file's content instead of its path, and not shown. ${setBy}`
        : `${what} file ${quoted(path, 500)} ${reason}. ${setBy}`,
  )
}

/**
 * Repeats a read that succeeded before: for connections that are made again, much later. While the file can't be
 * read, such as in the middle of its renewal, the last content stays valid.
 */
export function lastGood<T>(read: () => T): () => T {
  let last = read()
  return () => {
    try {
      last = read()
    } catch {
      // The server says whether the last one is still good.
    }
    return last
  }
}

function reasonFor(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return "doesn't exist"
    case 'EACCES':
    case 'EPERM':
      return "can't be read by this user"
    case 'EISDIR':
    case 'ENOTFILE':
      return 'is not a file'
    case 'EFBIG':
      return 'is larger than 1 MiB'
    default:
      return `can't be read${code === '' ? '' : ` (${code})`}`
  }
}
