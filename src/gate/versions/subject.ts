import { lstatSync, readdirSync, realpathSync } from 'node:fs'
import { isAbsolute, join, posix, relative, sep } from 'node:path'
import { InputError } from '../../input-error.ts'

/** The default subject. */
export const DEFAULT_SUBJECT = ['src/registry'] as const

/**
 * Parses the paths of a subject: files and folders of the project, relative to its folder.
 * @returns normalised paths, with forward slashes and without a final one.
 * @throws InputError for a path that is empty, absolute, the project itself or outside of it.
 */
export function readSubject(paths: readonly string[]): readonly string[] {
  if (paths.length === 0) throw new InputError(`--subject: ${ADVICE}`)
  return paths.map((path) => {
    const normal = posix.normalize(path.replaceAll(sep, '/')).replace(/\/$/, '')
    const isInside = path !== '' && normal !== '.' && normal.split('/')[0] !== '..'
    if (isInside && !isAbsolute(path)) return normal
    throw new InputError(`--subject: "${path}" is not a path below the project's folder. ${ADVICE}`)
  })
}

const ADVICE = 'Name a file or a folder of the project, such as src/queue.ts.'

/**
 * Checks that a version has its subject, and that no part of it is a link to somewhere else: the target would
 * be the same in both versions.
 * @param folder the project's folder in that version.
 * @param called the version's name, for the error.
 * @throws InputError
 */
export function requireSubject(folder: string, subject: readonly string[], called: string): void {
  for (const path of subject) {
    const place = join(folder, path)
    if (lstatSync(place, { throwIfNoEntry: false }) === undefined) {
      throw new InputError(
        `--subject: ${called} has no ${path}. Name a file or folder that both versions have and git doesn't ignore.`,
      )
    }
    if (realpathSync(place) !== join(realpathSync(folder), path)) {
      throw new InputError(
        `--subject: in ${called}, ${path} is reached by a symbolic link. Name its target instead.`,
      )
    }
    for (const file of filesBelow(place)) {
      if (!isLink(file) || isWithin(place, targetOf(file) ?? file)) continue
      throw new InputError(
        `--subject: in ${called}, ${relative(folder, file)} is a symbolic link out of ${path}, and its target would not be replaced. Name the target as well, and remove the link.`,
      )
    }
  }
}

/**
 * The files of a folder and of those below it, or the file itself. Symbolic links are among them and are
 * not followed; packages, pipes and sockets are left out.
 */
export function filesBelow(path: string): readonly string[] {
  const entry = lstatSync(path)
  if (entry.isFile() || entry.isSymbolicLink()) return [path]
  if (!entry.isDirectory()) return []
  return readdirSync(path)
    .filter((name) => name !== 'node_modules')
    .flatMap((name) => filesBelow(join(path, name)))
}

/** Whether a path is a folder's own or below it. */
export function isWithin(folder: string, path: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep)
}

export function isLink(path: string): boolean {
  return lstatSync(path).isSymbolicLink()
}

/** `null` for a link to nothing. */
function targetOf(link: string): string | null {
  try {
    return realpathSync(link)
  } catch {
    return null
  }
}
