import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { programBeside } from '../../program-beside.ts'
import type { ProcessAnswer, ProcessCall } from './process-calls.ts'

/** A call without its number, which is assigned on sending. */
type Call<C = ProcessCall> = C extends ProcessCall ? Omit<C, 'call'> : never

type AnswerTo<Kind> = Extract<ProcessAnswer, { kind: Kind }>

/** A process of a measurement, controlled by messages. */
export class MeasuredProcess {
  readonly #child: ChildProcess
  readonly #waiting = new Map<number, PromiseWithResolvers<ProcessAnswer>>()
  #last = 0

  constructor() {
    const program = programBeside('measured-process.ts', import.meta.url)
    this.#child = fork(program, {
      execArgv: ['--expose-gc'],
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    })
    this.#child.on('message', (answer: ProcessAnswer) => {
      const waiting = this.#waiting.get(answer.call)
      this.#waiting.delete(answer.call)
      if (answer.kind === 'failed') waiting?.reject(new Error(answer.message))
      else waiting?.resolve(answer)
    })
    const fail = (what: string) => {
      for (const { reject } of this.#waiting.values()) reject(new Error(what))
      this.#waiting.clear()
    }
    this.#child.on('exit', (code, signal) =>
      fail(`A process of the measurement ended (${signal ?? `exit code ${code}`}).`),
    )
    this.#child.on('error', (error) =>
      fail(`A process of the measurement failed: ${error.message}`),
    )
  }

  /** @throws Error if the process ends, or the call fails there. */
  async ask<Kind extends ProcessAnswer['kind']>(kind: Kind, call: Call): Promise<AnswerTo<Kind>> {
    const number = ++this.#last
    const waiting = Promise.withResolvers<ProcessAnswer>()
    this.#waiting.set(number, waiting)
    this.#child.send({ ...call, call: number }, (error) => {
      if (error) waiting.reject(error)
    })
    const answer = await waiting.promise
    if (answer.kind === kind) return answer as AnswerTo<Kind>
    throw new Error(`unexpected answer: ${answer.kind}`)
  }

  /** CPU time of all of its threads so far, in µs. */
  async cpuUs(): Promise<number> {
    return (await this.ask('cpu', { kind: 'cpu' })).cpuUs
  }

  async end(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    const exit = once(this.#child, 'exit')
    this.#child.kill('SIGKILL')
    await exit
  }
}
