import { setTimeout as sleep } from 'node:timers/promises'
import type { Pause } from './pauses.ts'
import { checkedDeliveries } from './recording/deliveries.ts'
import { errorSample } from './recording/error-code.ts'
import { checkedLosses } from './recording/audited-losses.ts'
import type { Losses } from './recording/losses.ts'
import type { Deliveries } from './result.ts'
import type { Operation } from './workload.ts'

/** The time for an operation to answer; receivers of our own need less than 15 s. */
const WITHIN_MS = 30_000

/** Operations by name, with what is asked of them when the load has ended. */
type Asked = ReadonlyMap<string, Pick<Operation, 'deliveries' | 'losses'>>

/** Asks operations for the deliveries of their messages. If receivers fail, the figures of the load itself are kept. */
export function askDeliveries(
  operations: Asked,
  pauses: readonly Pause[],
): Promise<ReadonlyMap<string, Deliveries>> {
  return askEach(operations, ({ deliveries }) =>
    deliveries === undefined
      ? null
      : { answer: async () => checkedDeliveries(await deliveries(pauses)), who: 'the receivers' },
  )
}

/** Asks operations what became of their promises. */
export function askLosses(operations: Asked): Promise<ReadonlyMap<string, Losses>> {
  return askEach(operations, ({ losses }) =>
    losses === undefined
      ? null
      : { answer: async () => checkedLosses(await losses()), who: 'the audit of promises' },
  )
}

interface Question<T> {
  readonly answer: () => Promise<T>
  readonly who: string
}

/** One after the other, so that each has the whole time. Who fails, or is too late, leaves its answer unknown. */
async function askEach<T>(
  operations: Asked,
  question: (of: Pick<Operation, 'deliveries' | 'losses'>) => Question<T> | null,
): Promise<ReadonlyMap<string, T | Unknown>> {
  const answers = new Map<string, T | Unknown>()
  for (const [name, operation] of operations) {
    const asked = question(operation)
    if (asked !== null) answers.set(name, await ask(asked))
  }
  return answers
}

interface Unknown {
  readonly kind: 'unknown'
  readonly reason: string
}

async function ask<T>({ answer, who }: Question<T>): Promise<T | Unknown> {
  const isAnswered = new AbortController()
  const reason = `${who} did not report within ${WITHIN_MS / 1_000} s`
  const tooLate = sleep(WITHIN_MS, { kind: 'unknown', reason } as const, {
    signal: isAnswered.signal,
  })
  tooLate.catch(() => {})
  try {
    return await Promise.race([answer(), tooLate])
  } catch (error) {
    return { kind: 'unknown', reason: errorSample(error) }
  } finally {
    isAnswered.abort()
  }
}
