import {
  constants,
  copyFileSync,
  cpSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  symlinkSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { git } from '../../run-file/provenance/git.ts'
import type { Repository } from './git.ts'

/**
 * Copies a repository's working tree: the files that git knows or would add, as they are. Nothing that is
 * ignored is copied.
 */
export async function takeWorkingTree({ top }: Repository, folder: string): Promise<void> {
  const listed = await git(top, ['ls-files', '-z', '--cached', '--others', '--exclude-standard'])
  for (const path of new Set(listed.split('\0'))) {
    if (path !== '') copyEntry(join(top, path), join(folder, path))
  }
}

/**
 * Writes a commit's files. The repository is left as it is: a worktree would be entered there, and would
 * stay there if the gate were killed.
 */
export async function takeCommit({ top }: Repository, sha: string, folder: string): Promise<void> {
  const index = { indexFile: `${folder}.index` }
  await git(top, ['read-tree', '--no-sparse-checkout', sha], index)
  await git(top, ['checkout-index', '--all', `--prefix=${folder}/`], index)
}

/**
 * Gives a folder, or a file, a second place. Files are hard links, which take a tenth of a copy's time: what
 * is taken for the gate belongs to nobody else, and nobody changes it.
 */
export function linkFiles(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true })
  const entry = lstatSync(from)
  if (entry.isSymbolicLink()) symlinkSync(readlinkSync(from), to)
  else if (entry.isFile()) linkSync(from, to)
  else {
    mkdirSync(to, { recursive: true })
    for (const name of readdirSync(from)) linkFiles(join(from, name), join(to, name))
  }
}

/** Only files, symbolic links and folders, without listed files that were deleted. */
function copyEntry(from: string, to: string): void {
  const entry = lstatSync(from, { throwIfNoEntry: false })
  if (entry === undefined) return
  mkdirSync(dirname(to), { recursive: true })
  if (entry.isFile()) copyFileSync(from, to, constants.COPYFILE_FICLONE)
  else if (entry.isSymbolicLink()) symlinkSync(readlinkSync(from), to)
  // A submodule, or another repository.
  else if (entry.isDirectory()) {
    cpSync(from, to, { recursive: true, verbatimSymlinks: true, filter: isOfSubmodule })
  }
}

function isOfSubmodule(path: string): boolean {
  const entry = lstatSync(path)
  const isCopied = entry.isFile() || entry.isSymbolicLink() || entry.isDirectory()
  return isCopied && !['.git', 'node_modules'].includes(basename(path))
}
