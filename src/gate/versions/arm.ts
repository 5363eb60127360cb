import { cpSync, existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { NotComparableError } from './not-comparable-error.ts'
import { git } from '../../results/git.ts'
import type { Repository } from './git.ts'
import { installPackages, type Packages } from './install.ts'
import type { Version } from './version.ts'

/** `base` is what there was, `head` what is to be judged. */
export type ArmName = 'base' | 'head'

/** One side of a comparison, ready to be run. */
export interface Arm {
  readonly name: ArmName
  readonly version: Version
  /** Where the version's package.json is. */
  readonly folder: string
  /** URL of its `src/registry/`. */
  readonly registry: string
  readonly packages: Packages
}

/**
 * Checks a version out into a folder of its own, and installs its packages. Of the working tree it
 * is a copy, so that edits while the gate runs change nothing.
 * @param parent an empty folder, which belongs to the gate.
 * @throws EnvironmentError if npm fails; NotComparableError if the version has no registry.
 */
export async function prepareArm(
  { name, version }: Pick<Arm, 'name' | 'version'>,
  repository: Repository,
  parent: string,
  harness: string,
  signal: AbortSignal,
): Promise<Arm> {
  const folder = await checkOut(version, repository, join(parent, name))
  if (!existsSync(join(folder, 'src', 'registry'))) {
    throw new NotComparableError(`${name}: this version has no src/registry to be measured.`)
  }
  const packages = await installPackages(folder, harness, signal)
  const registry = pathToFileURL(join(folder, 'src', 'registry', '/')).href
  return { name, version, folder, registry, packages }
}

/** @returns the project's folder in it. */
async function checkOut(
  version: Version,
  { project, prefix }: Repository,
  folder: string,
): Promise<string> {
  if (version.kind === 'commit') {
    await git(project, ['worktree', 'add', '--quiet', '--detach', folder, version.sha])
    return join(folder, prefix)
  }
  mkdirSync(folder)
  for (const part of ['src', 'package.json', 'package-lock.json', '.npmrc']) {
    const source = join(project, part)
    if (existsSync(source)) cpSync(source, join(folder, part), { recursive: true })
  }
  return folder
}

/** Takes back from the repository what `prepareArm` entered there. The folders are its caller's. */
export async function forgetWorktrees({ project }: Repository): Promise<void> {
  await git(project, ['worktree', 'prune'])
}
