import { fork } from 'node:child_process'
import { EventEmitter, once } from 'node:events'
import type { JudgedLoad } from './judged-load.ts'

/** The settings of a judge. */
export interface JudgeSettings {
  readonly load: JudgedLoad
  /** Delay from a request's arrival to its answer, in ms; requests of the stall are answered at its end. */
  readonly answerAfterMs: number
}

/** A judge's message to its parent. Times are `nowMs()`, which is common to all processes of a machine. */
export type JudgeMessage =
  | { readonly kind: 'ready'; readonly port: number }
  | { readonly kind: 'first'; readonly atMs: number }
  | { readonly kind: 'arrivals'; readonly timesMs: Float64Array }

/** A judge in its own process. */
export interface RunningJudge {
  /** Of 127.0.0.1. */
  readonly port: number
  /** When the first request arrived, by `nowMs()`; pending until then. */
  readonly first: Promise<number>
  /** When each request so far arrived, in order, by `nowMs()`. */
  readonly arrivals: () => Promise<Float64Array>
  readonly stop: () => Promise<void>
}

/** @throws Error if the judge can't be started. */
export async function startJudge(load: JudgedLoad, answerAfterMs = 0): Promise<RunningJudge> {
  const settings: JudgeSettings = { load, answerAfterMs }
  const judge = fork(new URL('judge-server.ts', import.meta.url), [JSON.stringify(settings)], {
    execArgv: [],
    // Its own process group, so that a Ctrl-C doesn't end the judge before the generator.
    detached: true,
    // Transfers arrays of numbers without JSON.
    serialization: 'advanced',
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  const told = new EventEmitter()
  judge.on('message', (message: JudgeMessage) => told.emit(message.kind, message))
  const exit = once(judge, 'exit').then(() => undefined)
  const hear = async <Kind extends JudgeMessage['kind']>(
    kind: Kind,
  ): Promise<Extract<JudgeMessage, { kind: Kind }>> => {
    const heard = once(told, kind).then(([message]) => message)
    const message = await Promise.race([heard, exit])
    if (message === undefined) throw new Error(`The judge ended before it said "${kind}".`)
    return message
  }
  const first = hear('first').then(({ atMs }) => atMs)
  // Handled here, because nobody may be waiting when an unused judge ends.
  first.catch(() => {})
  const { port } = await hear('ready')
  return {
    port,
    first,
    arrivals: async () => {
      const answer = hear('arrivals')
      judge.send('arrivals')
      return (await answer).timesMs
    },
    stop: async () => {
      if (judge.connected) judge.disconnect()
      await exit
    },
  }
}
