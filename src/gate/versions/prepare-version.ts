import {
  existsSync,
  mkdirSync,
  readdirSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs'
import { dirname, join, posix, relative, resolve, sep } from 'node:path'
import { InputError } from '../../input-error.ts'
import type { VersionName } from './both.ts'
import type { Repository } from './git.ts'
import { startOf } from './harness.ts'
import { installPackages, type PackagesKind } from './install.ts'
import { reachableFrom } from './references.ts'
import { isWithin, readSubject, requireSubject } from './subject.ts'
import { linkFiles, takeCommit, takeWorkingTree } from './take-files.ts'
import { describeVersion, type Version } from './version.ts'

/**
 * A version that is ready to run: a copy of the working tree with the version's subject in place. The two
 * copies differ in their subject only, and have real paths of their own, so that one process can import both.
 * Equal files are hard links: replace files rather than change them.
 */
export interface PreparedVersion {
  readonly name: VersionName
  readonly version: Version
  /** The project's folder in the copy: a real path. */
  readonly folder: string
  /** The program that runs it: the copy's own if it is part of the repository, else the running one. */
  readonly harness: string
  /** Paths of the subject in `folder`, with forward slashes. */
  readonly subject: readonly string[]
  /**
   * Files outside of the subject that it imports by relative paths, directly or indirectly. They have the
   * version's content, too. Paths as in `subject`, beginning with `../` outside of the project.
   */
  readonly imported: readonly string[]
  readonly packages: PackagesKind
  /** The text of the version's npm lockfile; `null` without one. */
  readonly lockfile: string | null
  /** The Node version that runs it, such as `v24.21.0`. */
  readonly nodeVersion: string
}

/** The settings that both versions share. */
export interface VersionPlan {
  /** The folder of the running program. */
  readonly harness: string
  /** Paths in the project; see `readSubject`. */
  readonly subject: readonly string[]
  /** Paths of the scenarios' files. */
  readonly files: readonly string[]
}

/**
 * Prepares a version. The first one copies the working tree for both, so that later edits have no effect. The
 * version's packages are linked or installed for its subject; everything else keeps the working tree's.
 * @param parent an empty folder of the gate's, as a real path. Everything is created there.
 * @throws InputError for a subject that the version lacks, that is outside of the project or that no scenario
 *   imports, and for a scenario outside of the repository; EnvironmentError if the packages can't be
 *   installed; the signal's reason if it is aborted.
 */
export async function prepareVersion(
  { name, version }: Pick<PreparedVersion, 'name' | 'version'>,
  repository: Repository,
  parent: string,
  plan: VersionPlan,
  signal: AbortSignal,
): Promise<PreparedVersion> {
  const { prefix } = repository
  const subject = readSubject(plan.subject)
  const tree = join(parent, 'tree')
  if (!existsSync(tree)) await takeWorkingTree(repository, tree)
  const taken = version.kind === 'commit' ? join(parent, `${name}-version`) : tree
  if (version.kind === 'commit') await takeCommit(repository, version.sha, taken)
  signal.throwIfAborted()
  requireSubject(join(taken, prefix), subject, `${name}, ${describeVersion(version)},`)

  const { top, harness } = layOut(join(parent, name), tree, repository, plan.harness)
  const subjectPaths = subject.map((path) => posix.join(prefix, path))
  const entries = entriesOf(tree, repository, subjectPaths, plan.files)
  const reached = reachableFrom(taken, entries)
  const imported = [...reached].filter((path) => !isOfSubject(path, subjectPaths)).toSorted()
  if (taken !== tree) {
    for (const path of [...subjectPaths, ...imported]) {
      requireNoLink(top, path)
      rmSync(join(top, path), { recursive: true, force: true })
      linkFiles(join(taken, path), join(top, path))
    }
  }
  linkPackages(repository, tree, top)
  const packages = await installPackages(taken, tree, prefix, signal)
  if (packages.folder !== null) {
    for (const path of subjectPaths) linkOver(packages.folder, folderOf(join(top, path)))
  }
  return {
    name,
    version,
    folder: resolve(top, prefix),
    harness,
    subject,
    imported: imported.map((path) => posix.relative(posix.join('.', prefix), path)),
    packages: packages.kind,
    lockfile: packages.lockfile,
    nodeVersion: process.version,
  }
}

/**
 * Copies the working tree's copy for a version. A harness outside of the repository, as for other projects, is
 * linked at its place relative to the repository, because scenarios may import it by that path.
 */
function layOut(
  folder: string,
  tree: string,
  repository: Repository,
  harness: string,
): { readonly top: string; readonly harness: string } {
  let shared = repository.top
  while (!isWithin(shared, harness) && dirname(shared) !== shared) shared = dirname(shared)
  const top = join(folder, relative(shared, repository.top))
  linkFiles(tree, top)
  const own = join(folder, relative(shared, harness))
  if (existsSync(startOf(own))) return { top, harness: own }
  if (!isWithin(own, top)) {
    mkdirSync(dirname(own), { recursive: true })
    symlinkSync(harness, own, 'junction')
  }
  return { top, harness }
}

/**
 * The files of the subject that the scenarios import from outside of it, directly or indirectly.
 * @throws InputError without any, because the scenarios would measure the same code twice.
 */
function entriesOf(
  tree: string,
  { top, project }: Repository,
  subject: readonly string[],
  files: readonly string[],
): readonly string[] {
  const starts = files.map((file) => {
    const path = relative(top, realpathSync(file)).replaceAll(sep, '/')
    if (!path.startsWith('../') && existsSync(join(tree, path))) return path
    throw new InputError(
      `The scenario ${file} is not among the files of ${project} that git tracks or would add. Each version is measured by a copy of those, so keep scenarios there.`,
    )
  })
  const isSubject = (path: string) => isOfSubject(path, subject)
  const reached = reachableFrom(tree, starts, (path) => !isSubject(path))
  const entries = [...reached].filter(isSubject)
  if (entries.length > 0) return entries
  throw new InputError(
    `--subject: no scenario imports ${subject.join(' or ')} by a relative path, directly or indirectly, so both measurements would run the same code. Name files that the scenarios import.`,
  )
}

/**
 * Checks that replaced paths are inside of the copy: the working tree may have a link where the version has a
 * folder.
 * @throws InputError
 */
function requireNoLink(top: string, path: string): void {
  let folder = dirname(join(top, path))
  while (!existsSync(folder)) folder = dirname(folder)
  if (realpathSync(folder) === folder) return
  throw new InputError(
    `--subject: in the working tree, ${relative(top, folder)} is a symbolic link or below one, but ${path} must be replaced there. Replace the link by its target.`,
  )
}

function isOfSubject(path: string, subject: readonly string[]): boolean {
  return subject.some((part) => path === part || path.startsWith(`${part}/`))
}

/** Links the packages of each folder that has some. */
function linkPackages(repository: Repository, tree: string, top: string): void {
  const folders = readdirSync(tree, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => relative(tree, join(entry.parentPath, entry.name)))
  for (const folder of ['', ...folders]) {
    const packages = resolve(repository.top, folder, 'node_modules')
    if (existsSync(packages)) linkOver(packages, resolve(top, folder))
  }
}

/** Never follows a link, which would lead out of the copy. */
function linkOver(packages: string, folder: string): void {
  if (!existsSync(folder) || realpathSync(folder) !== folder) return
  const link = join(folder, 'node_modules')
  rmSync(link, { recursive: true, force: true })
  symlinkSync(realpathSync(packages), link, 'junction')
}

/** The folder itself, or a file's folder. */
function folderOf(path: string): string {
  return statSync(path).isDirectory() ? path : dirname(path)
}
