import { execFileSync } from 'node:child_process'
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ROOT } from './page.ts'

/** A copy of the project in which commands run. */
export interface ScratchProject {
  readonly folder: string
  remove(): void
}

/**
 * Copies the work tree, without results and ignored files, into a repository of its own with two equal
 * commits. The first is `origin/main`, a baseline to compare with.
 * @param files to add, by path: those that pages tell their reader to write.
 */
export function makeScratchProject(files: ReadonlyMap<string, string>): ScratchProject {
  const root = fileURLToPath(ROOT)
  const folder = mkdtempSync(join(tmpdir(), 'docs-commands-'))
  const listed = git(root, 'ls-files', '-z', '--cached', '--others', '--exclude-standard')
  const deleted = new Set(git(root, 'ls-files', '-z', '--deleted').split('\0'))
  for (const path of new Set(listed.split('\0'))) {
    if (path === '' || deleted.has(path)) continue
    cpSync(join(root, path), join(folder, path), { recursive: true })
  }
  for (const [path, text] of files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(typeConfig(root, files)))
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
  git(folder, 'init', '--quiet', '--initial-branch', 'main')
  // The repository's .gitignore lists node_modules as a folder; this is a link.
  writeFileSync(join(folder, '.git/info/exclude'), 'node_modules\n')
  git(folder, 'config', 'user.name', 'docs')
  git(folder, 'config', 'user.email', 'docs@localhost')
  git(folder, 'add', '--all')
  git(folder, 'commit', '--quiet', '--message', 'The work tree')
  git(folder, 'init', '--quiet', '--bare', '.git/origin')
  git(folder, 'remote', 'add', 'origin', join(folder, '.git/origin'))
  git(folder, 'push', '--quiet', 'origin', 'main')
  git(folder, 'commit', '--quiet', '--allow-empty', '--message', 'The same again')
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) }
}

/**
 * The project's configuration of the compiler, for the added files and what they import: the rest is checked where
 * it is. They may import the package by its name: its exports are the sources here, because it is not built.
 */
function typeConfig(root: string, files: ReadonlyMap<string, string>): object {
  const read = (name: string): unknown => JSON.parse(readFileSync(join(root, name), 'utf8'))
  const config = read('tsconfig.json') as { compilerOptions: object }
  const { name, exports } = read('package.json') as {
    readonly name: string
    readonly exports: Readonly<Record<string, string | { readonly types: string }>>
  }
  const paths = Object.entries(exports).flatMap(([path, target]) => {
    if (typeof target === 'string') return []
    const source = target.types.replace('./dist/', './src/').replace('.d.ts', '.ts')
    return [[path.replace('.', name), [source]]]
  })
  return {
    ...config,
    compilerOptions: { ...config.compilerOptions, paths: Object.fromEntries(paths) },
    include: [...files.keys()],
  }
}

function git(folder: string, ...args: readonly string[]): string {
  return execFileSync('git', args, {
    cwd: folder,
    encoding: 'utf8',
    maxBuffer: 64 * 1_024 * 1_024,
    // Reading must not take the repository's lock from a user's git command.
    env: { ...process.env, GIT_OPTIONAL_LOCKS: '0' },
  })
}
