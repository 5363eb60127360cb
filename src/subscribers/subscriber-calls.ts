import type { ChildProcess } from 'node:child_process'
import { formatSeconds } from '../format.ts'
import type { SubscriberAnswer, SubscriberCall } from './process-messages.ts'

/** A call without its number, which sending assigns. */
type Call<C = SubscriberCall> = C extends SubscriberCall ? Omit<C, 'call'> : never

/** Calls to a subscribers' process that await their answers. */
export class SubscriberCalls {
  readonly #child: ChildProcess
  readonly #withinMs: number
  readonly #waiting = new Map<number, PromiseWithResolvers<SubscriberAnswer>>()
  #last = 0
  /** Why no call will be answered any more; `null` while the process runs. */
  #ended: string | null = null

  constructor(child: ChildProcess, withinMs: number) {
    this.#child = child
    this.#withinMs = withinMs
    child.on('message', (answer: SubscriberAnswer) => {
      const waiting = this.#waiting.get(answer.call)
      if (answer.kind === 'failed') waiting?.reject(new Error(answer.message))
      else waiting?.resolve(answer)
    })
    child.on('exit', (code, signal) => this.#fail(`ended (${signal ?? `exit code ${code}`})`))
    child.on('error', (error) => this.#fail(`failed: ${error.message}`))
  }

  /**
   * @param longerMs extra time for this call.
   * @throws Error if the process has ended or doesn't answer in time.
   */
  async make(call: Call, longerMs = 0): Promise<SubscriberAnswer> {
    const withinMs = this.#withinMs + longerMs
    if (this.#ended !== null) throw new Error(this.#ended)
    const number = ++this.#last
    const waiting = Promise.withResolvers<SubscriberAnswer>()
    this.#waiting.set(number, waiting)
    const timer = setTimeout(() => {
      const seconds = formatSeconds(withinMs, 0)
      waiting.reject(new Error(`The subscribers' process did not answer within ${seconds}.`))
    }, withinMs)
    this.#child.send({ ...call, call: number }, (error) => {
      if (error === null) return
      waiting.reject(new Error(`The subscribers' process can't be reached: ${error.message}`))
    })
    try {
      return await waiting.promise
    } finally {
      clearTimeout(timer)
      this.#waiting.delete(number)
    }
  }

  #fail(what: string): void {
    this.#ended ??= `The subscribers' process ${what}.`
    for (const { reject } of this.#waiting.values()) reject(new Error(this.#ended))
  }
}
