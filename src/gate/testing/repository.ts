import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

/** A git repository in a temporary folder of its own. */
export class RepositoryForTests {
  readonly folder = realpathSync(mkdtempSync(join(tmpdir(), 'gate-project-')))

  constructor() {
    this.git('init', '--quiet', '--initial-branch=main')
  }

  write(path: string, text: string): void {
    const file = join(this.folder, path)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, text)
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
