import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { programBeside } from '../../../src/program-beside.ts'
import { type Answer, TASK_VARIABLE, type VariantTask, type Work } from './variant-task.ts'

/** A process with a registry and as much telemetry as its variant says. */
export class RunningVariant {
  readonly #child: ChildProcess
  #waiting: PromiseWithResolvers<Answer> | null = null

  constructor(task: VariantTask) {
    this.#child = fork(programBeside('variant-process.ts', import.meta.url), {
      env: { ...process.env, [TASK_VARIABLE]: JSON.stringify(task), NODE_OPTIONS: '', VITEST: '' },
      execArgv: [],
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    })
    this.#child.on('message', (answer: Answer) => this.#waiting?.resolve(answer))
    this.#child.on('error', (error) => this.#waiting?.reject(error))
    this.#child.on('exit', (code, signal) =>
      this.#waiting?.reject(new Error(`A variant's process ended: ${signal ?? code}.`)),
    )
  }

  /** Waits until the process has connected and populated its registry. @throws Error if it can't. */
  async ready(): Promise<void> {
    await this.#answer(() => {})
  }

  /** Does some work in the process. @returns how long it took there, in ms. @throws Error if it fails. */
  async time(work: Work): Promise<number> {
    const answer = await this.#answer(() => this.#child.send(work))
    if (answer.kind === 'done') return answer.tookMs
    throw new Error('The process of a variant answered out of turn.')
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    const exit = once(this.#child, 'exit')
    this.#child.kill('SIGKILL')
    await exit
  }

  async #answer(ask: () => void): Promise<Answer> {
    this.#waiting = Promise.withResolvers<Answer>()
    ask()
    const answer = await this.#waiting.promise
    if (answer.kind === 'failed') throw new Error(answer.message)
    return answer
  }
}
