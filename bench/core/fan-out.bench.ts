import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { formatMs } from '../../src/format.ts'
import { test } from './measuring/core-test.ts'
import { cpuTimeMs } from '../../src/process/cpu-time.ts'
import type { Figure } from './measuring/figures.ts'
import type { Contender } from './measuring/interleave.ts'
import { percentileMs } from '../../src/load/recording/histogram.ts'
import { TimeCounts } from '../../src/load/recording/time-counts.ts'
import { type FanOut, openFanOut } from './open-fan-out.ts'

const CASES = [
  {
    what: '10,000 on one gateway',
    size: { targets: 10_000, gateways: 1 },
    pauseMs: 50,
    rounds: { rounds: 100, warmUpRounds: 20 },
    most: { time: 6, sender: 4, receivers: 6, timer: 3 },
  },
  {
    what: '100,000 on 10 gateways',
    size: { targets: 100_000, gateways: 10 },
    pauseMs: 100,
    rounds: { rounds: 50, warmUpRounds: 10 },
    most: { time: 5, sender: 4, receivers: 5, timer: 4 },
  },
]

for (const { what, size, pauseMs, rounds, most } of CASES) {
  test(`multicast: to ${what}, receipts included`, async ({
    compare,
    servers,
    testbed,
    annotate,
    onTestFinished,
  }) => {
    const fanOut = await openFanOut(servers.natsUrls, testbed, size)
    onTestFinished(fanOut.close)
    const { contenders, times } = contendersOf(fanOut, pauseMs, rounds.warmUpRounds)
    await compare({ contenders, figures: figuresOf(contenders, most), ...rounds })
    await annotate(percentilesOf(times))
  })
}

const TIMER_MS = 1

/** Names of the measures, which are in ms. */
const MEASURES = {
  time: 'time',
  sender: "sender's CPU time",
  receivers: "receivers' CPU time",
  timer: 'a timer of 1 ms meanwhile',
} as const
const MULTICAST = 'multicast'
const FLOOR = 'bare request-reply'

/**
 * Takes each measure of a multicast and of the floor. As in a load, other work comes first: back to back,
 * they would keep caches unrealistically warm.
 * @param pauseMs before each, for earlier work to finish.
 * @param warmUpRounds rounds left out of `times`.
 */
function contendersOf(
  { multicast, requestReply, change, receiverPids }: FanOut,
  pauseMs: number,
  warmUpRounds: number,
): { readonly contenders: readonly Contender[]; readonly times: TimeCounts } {
  const before = async () => {
    await sleep(pauseMs)
    await change()
  }
  const times = new TimeCounts()
  let runs = 0
  const timed = async () => {
    const startedAt = performance.now()
    await multicast()
    const tookMs = performance.now() - startedAt
    if (runs++ >= warmUpRounds) times.record(tookMs)
    return tookMs
  }
  const isCpuTimeKnown = cpuTimeMs(process.pid) !== null
  const contenders = [
    { name: MULTICAST, work: multicast, time: timed },
    { name: FLOOR, work: requestReply, time: requestReply },
  ].flatMap(({ name, work, time }): Contender[] => [
    { name: `${name}, ${MEASURES.time}`, before, run: time },
    { name: `${name}, ${MEASURES.timer}`, before, run: () => longestTurnMs(work) },
    ...(isCpuTimeKnown
      ? [
          {
            name: `${name}, ${MEASURES.sender}`,
            before,
            run: () => cpuTimeOf(work, [process.pid]),
          },
          {
            name: `${name}, ${MEASURES.receivers}`,
            before,
            run: () => cpuTimeOf(work, receiverPids),
          },
        ]
      : []),
  ])
  return { contenders, times }
}

/** Bounds on the measures of a multicast, relative to the floor. */
function figuresOf(
  contenders: readonly Contender[],
  most: Readonly<Record<keyof typeof MEASURES, number>>,
): readonly Figure[] {
  const measures = ['time', 'sender', 'receivers', 'timer'] as const
  return measures.flatMap((key): Figure[] => {
    const measure = MEASURES[key]
    const [over, under] = [`${MULTICAST}, ${measure}`, `${FLOOR}, ${measure}`] as const
    if (!contenders.some(({ name }) => name === over)) return []
    const what = `${measure}, by the floor's`
    return [{ what, ratio: [over, under], must: { atMost: most[key] } }]
  })
}

/** Deferred work, such as garbage collection, ends within this time, in ms. */
const SETTLE_MS = 20

/** CPU time of processes for some work and its deferred work, in ms. */
async function cpuTimeOf(work: () => Promise<unknown>, pids: readonly number[]): Promise<number> {
  const total = () => pids.reduce((sum, pid) => sum + (cpuTimeMs(pid) ?? Number.NaN), 0)
  const beforeMs = total()
  await work()
  await sleep(SETTLE_MS)
  return total() - beforeMs
}

/** The maximum duration of a timer of 1 ms during the work, in ms. */
async function longestTurnMs(work: () => Promise<unknown>): Promise<number> {
  const histogram = monitorEventLoopDelay({ resolution: TIMER_MS })
  histogram.enable()
  // The timer starts before the work and fires after it.
  await sleep(2 * TIMER_MS)
  await work()
  await sleep(2 * TIMER_MS)
  histogram.disable()
  return histogram.max / 1e6
}

/** The percentiles with a goal. */
function percentilesOf(times: TimeCounts): string {
  const histogram = times.toHistogram()
  const [p50, p95, max] = [50, 95, 100].map((p) => formatMs(percentileMs(histogram, p) ?? NaN))
  return `\nmulticast: P50 ${p50}, P95 ${p95}, max ${max}`
}
