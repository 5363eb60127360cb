import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { readRunFile } from '../../src/run-file/read/read-run-file.ts'
import type { RunFile } from '../../src/run-file/run-file.ts'

const ROOT = resolve(import.meta.dirname, '../..')

/** A run of the scenarios beside this file, as a user starts it, with a page that shows it meanwhile. */
export class ShownRun {
  readonly folder = mkdtempSync(join(tmpdir(), 'shown-run-'))
  /** The address of the page that shows the run while it goes on. */
  readonly liveUrl: Promise<string>
  readonly #ended: Promise<unknown>
  readonly #child: ChildProcess
  #printed = ''

  private constructor() {
    const args = ['bench', '--live', '--backend', 'memory', '--results', this.folder]
    this.#child = spawn(process.execPath, [join(ROOT, 'src/cli/start.mjs'), ...args], {
      cwd: ROOT,
      env: {
        ...process.env,
        BENCH_SCENARIOS: join(import.meta.dirname, 'scenarios'),
        BENCH_DURATION: '',
        BENCH_PROFILE: '',
        GITHUB_STEP_SUMMARY: '',
        VITEST: '',
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    this.#ended = once(this.#child, 'close')
    this.liveUrl = new Promise((found, failed) => {
      for (const stream of [this.#child.stdout, this.#child.stderr]) {
        stream?.setEncoding('utf8').on('data', (text: string) => {
          this.#printed += text
          const url = /^Live: (\S+)$/m.exec(this.#printed)?.[1]
          if (url !== undefined) found(url)
        })
      }
      void this.#ended.then(() => failed(new Error(`No live page:\n${this.#printed}`)))
    })
    // Only some tests look at it.
    this.liveUrl.catch(() => {})
  }

  static start(): ShownRun {
    return new ShownRun()
  }

  /** Waits for its end. @returns what its file holds. */
  async run(): Promise<RunFile> {
    return readRunFile(await this.#path('.json'))
  }

  /** Waits for its end. @returns the path of its report. */
  async report(): Promise<string> {
    return this.#path('.html')
  }

  async #path(ending: string): Promise<string> {
    await this.#ended
    const name = readdirSync(this.folder).find((file) => file.endsWith(ending))
    if (name === undefined) throw new Error(`The run has no ${ending}:\n${this.#printed}`)
    return join(this.folder, name)
  }

  async remove(): Promise<void> {
    this.#child.kill()
    await this.#ended
    rmSync(this.folder, { recursive: true, force: true })
  }
}
