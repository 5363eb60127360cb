import { execFileSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, realpathSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

/** The checkout that runs the tests: the harness of the gates they make. */
export const HARNESS = resolve(import.meta.dirname, '../../..')

/** A git repository of its own with this checkout's registry and what it imports, for versions to be made of. */
export class ProjectForTests {
  readonly folder = realpathSync(mkdtempSync(join(tmpdir(), 'gate-project-')))

  constructor() {
    const parts = ['src/registry', 'src/nearest-name.ts', 'package.json', 'package-lock.json']
    for (const part of parts) {
      cpSync(join(HARNESS, part), join(this.folder, part), { recursive: true })
    }
    this.git('init', '--quiet', '--initial-branch=main')
    this.commit('as it is')
  }

  /** Changes a file's text. */
  edit(path: string, change: (text: string) => string): void {
    const file = join(this.folder, path)
    writeFileSync(file, change(readFileSync(file, 'utf8')))
  }

  commit(message: string): string {
    this.git('add', '--all')
    this.git('-c', 'commit.gpgsign=false', 'commit', '--quiet', '-m', message)
    return this.git('rev-parse', 'HEAD')
  }

  git(...args: readonly string[]): string {
    const author = ['-c', 'user.name=Test', '-c', 'user.email=test@example.org']
    const { GIT_DIR: _dir, GIT_WORK_TREE: _tree, GIT_INDEX_FILE: _index, ...env } = process.env
    const options = { cwd: this.folder, env, encoding: 'utf8' } as const
    return execFileSync('git', [...author, ...args], options).trim()
  }
}
