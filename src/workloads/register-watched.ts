import { setTimeout as sleep } from 'node:timers/promises'
import { nowMs } from '../load/clock.ts'
import { deliveriesOf, type MessageOutcome } from '../load/recording/deliveries.ts'
import type { Deliveries } from '../load/result.ts'
import type { Operation } from '../load/workload.ts'
import type { MulticastRegistry } from '../registry/registry.ts'
import { loadTestIdentity, register } from './register.ts'
import type { Watcher } from './watcher.ts'

/** How long to wait for missing `joined` events at the end. */
const PATIENCE_MS = 2_000
const POLL_MS = 100

/**
 * Each request registers a new identity, whose `joined` event the watcher should receive: the *message* is
 * the registration, its *receipt* the event. The event is due when `register` returns, so completion is the
 * time from there to the event in the watcher's process; 0 if the event came first.
 */
export function registerWatched(registry: MulticastRegistry, watcher: Watcher): Operation {
  const { run } = register(registry)
  const ended = new Map<string, EndedRegister>()
  let isMeasuring = false
  return {
    run: async (request) => {
      if (!request.isWarmUp && !isMeasuring) {
        isMeasuring = true
        watcher.reset()
      }
      let isSent = false
      try {
        await run(request)
        isSent = true
      } finally {
        if (!request.isWarmUp) {
          ended.set(loadTestIdentity(request.number), { endedAtMs: nowMs(), isSent })
        }
      }
    },
    deliveries: async (pauses): Promise<Deliveries> => {
      try {
        const deadline = nowMs() + PATIENCE_MS
        let report = await watcher.report()
        let joins = new Map(report.joins)
        while ([...ended.keys()].some((identity) => !joins.has(identity)) && nowMs() < deadline) {
          await sleep(POLL_MS)
          report = await watcher.report()
          joins = new Map(report.joins)
        }
        const messages = [...ended].map(([identity, sent]) => outcomeOf(sent, joins.get(identity)))
        const lists = [pauses, report.pauses]
        const { missingReceipts: _, ...figures } = deliveriesOf(messages, nowMs(), lists)
        return {
          kind: 'counted',
          ...figures,
          duplicates: 0,
          // With one recipient, the first receipt completes the message.
          receipt: figures.completion,
          receivers: report.health,
        }
      } catch (error) {
        return { kind: 'unknown', reason: error instanceof Error ? error.message : String(error) }
      }
    },
  }
}

/** A register of the measurement. */
interface EndedRegister {
  /** By `nowMs()`. */
  readonly endedAtMs: number
  /** Whether it succeeded; one that failed may have registered nothing. */
  readonly isSent: boolean
}

function outcomeOf(
  { endedAtMs, isSent }: EndedRegister,
  joinedAtMs: number | undefined,
): MessageOutcome {
  return {
    isSent,
    intendedAtMs: endedAtMs,
    startedAtMs: endedAtMs,
    recipients: 1,
    received: joinedAtMs === undefined ? 0 : 1,
    lastReceiptMs: Math.max(endedAtMs, joinedAtMs ?? 0),
  }
}
