import { expect, onTestFinished, test, vi } from 'vitest'
import { nowMs } from '../../load/clock.ts'
import { loadResult } from '../../load/result-fixture.ts'
import { serializeLoadResult } from '../../results/load-result-json.ts'
import { parseMetrics } from './metrics-option.ts'
import {
  judgeByRounds,
  type MeasuredRound,
  type RoundScenario,
  type RoundsTask,
  type WantedRound,
} from './judge-by-rounds.ts'

const REQUESTS = 400

/** A scenario of one operation all of whose requests take the same time. */
function scenario(name: string, ms: number): RoundScenario {
  const responseMs = Array.from({ length: REQUESTS }, () => ms)
  const counts = { planned: REQUESTS, started: REQUESTS, ok: REQUESTS }
  return {
    state: 'measured',
    name,
    file: `/bench/${name}.load.ts`,
    testStatus: 'passed',
    verdict: { kind: 'valid' },
    result: serializeLoadResult(loadResult({ [name]: { counts, responseMs } })),
  }
}

function invalid(name: string): RoundScenario {
  const reason = { figure: 'achieved', measured: 0.5, threshold: 0.95, message: 'half was sent' }
  const measured = scenario(name, 1)
  if (measured.state !== 'measured') return measured
  return { ...measured, verdict: { kind: 'invalid', reasons: [reason] } }
}

const TASK: RoundsTask = {
  files: ['/bench/quick.load.ts', '/bench/slow.load.ts'],
  metrics: parseMetrics('p50'),
  effects: {},
  durationMs: 1,
  endMs: Infinity,
}

/** Makes a gate of rounds that take no time, and keeps what was wanted and said. */
async function judge(
  make: (wanted: WantedRound, made: number) => MeasuredRound | null,
  task: Partial<RoundsTask> = {},
  signal = new AbortController().signal,
  now?: () => number,
) {
  const wanted: WantedRound[] = []
  const notes: string[] = []
  const outcome = await judgeByRounds(
    { ...TASK, ...task },
    async (round) => {
      wanted.push(round)
      return make(round, wanted.length - 1)
    },
    { note: (text) => notes.push(text), live: () => {} },
    signal,
    now,
  )
  return { ...outcome, wanted, notes }
}

/** The candidate takes 1.3 times as long in `slow`; levels differ from round to round. */
function oneSlower(_: WantedRound, made: number): MeasuredRound {
  const level = 1 + (made % 3) / 10
  return {
    baseline: [scenario('quick', level), scenario('slow', level)],
    candidate: [scenario('quick', level), scenario('slow', level * 1.3)],
  }
}

test('a regression is found by 7 rounds of all scenarios and confirmed by 10 of its own', async () => {
  const { judged, wanted, session } = await judge(oneSlower)
  expect(judged?.verdict).toEqual({ kind: 'regression', exitCode: 1 })
  expect(judged?.comparisons.map(({ verdict }) => verdict.kind)).toEqual(['pass', 'regression'])
  expect([session?.rounds.length, session?.confirmation.length]).toEqual([7, 10])
  expect(wanted.map(({ files }) => files.length)).toEqual([
    ...Array.from({ length: 7 }, () => 2),
    ...Array.from({ length: 10 }, () => 1),
  ])
  expect(wanted.at(-1)?.files).toEqual(['/bench/slow.load.ts'])
  expect(wanted.map(({ number }) => number)).toEqual(Array.from({ length: 17 }, (_, k) => k))
})

test('scenarios that are decided are not run again for the sake of those that are not', async () => {
  const { wanted, judged } = await judge((_, made) => {
    const scatter = made % 2 === 0 ? 1.5 : 1 / 1.5
    return {
      baseline: [scenario('quick', 1), scenario('slow', 1)],
      candidate: [scenario('quick', 1), scenario('slow', scatter)],
    }
  })
  expect(wanted.slice(7).every(({ files }) => files.length === 1)).toBe(true)
  expect(wanted).toHaveLength(20)
  expect(judged?.comparisons.map(({ verdict }) => verdict.kind)).toEqual(['pass', 'inconclusive'])
  expect(judged?.verdict.exitCode).toBe(3)
})

test('a round with an invalid run is made again, as the same of the order', async () => {
  const { discarded, wanted, judged } = await judge((round, made) => {
    const { baseline, candidate } = oneSlower(round, made)
    if (made !== 3) return { baseline, candidate }
    return { baseline: [scenario('quick', 1), invalid('slow')], candidate }
  })
  expect(discarded).toEqual([expect.stringContaining('half was sent')])
  expect(wanted.map(({ number }) => number).slice(0, 6)).toEqual([0, 1, 2, 3, 3, 4])
  expect(judged?.verdict.kind).toBe('regression')
})

test('rounds that stay invalid are no pass', async () => {
  const { discarded, judged } = await judge(() => ({
    baseline: [invalid('quick')],
    candidate: [scenario('quick', 1)],
  }))
  expect(discarded).toHaveLength(5)
  expect(judged?.verdict.exitCode).toBe(3)
})

test('no round begins when the time is up, and what is undecided then is inconclusive', async () => {
  const none = await judge(oneSlower, { endMs: nowMs() - 1 })
  expect(none).toMatchObject({ session: null, judged: null, wanted: [] })

  let timeMs = 1_000_000
  // Of 44 s, 4 are left after four rounds of 10 s: less than half of one.
  const outcome = await judge(
    (round, made) => {
      timeMs += 10_000
      return oneSlower(round, made)
    },
    { endMs: timeMs + 44_000 },
    undefined,
    () => timeMs,
  )
  expect(outcome.session?.rounds).toHaveLength(4)
  expect(outcome.judged?.verdict.kind).toBe('inconclusive')
})

test('what was known before an interruption is kept', async () => {
  const controller = new AbortController()
  const { session, judged } = await judge(
    (round, made) => {
      if (made < 2) return oneSlower(round, made)
      controller.abort()
      return null
    },
    {},
    controller.signal,
  )
  expect(session?.rounds).toHaveLength(2)
  expect(judged?.verdict.kind).toBe('inconclusive')
})

test('a metric that no operation has is an error, not a pass', async () => {
  await expect(judge(oneSlower, { metrics: parseMetrics('p50,delivery') })).rejects.toThrow(
    /^--metrics: no operation of quick, slow has delivery/,
  )
})

test('a percentile without enough requests is refused, and it says what would do', async () => {
  const { judged, notes } = await judge(oneSlower, { metrics: parseMetrics('p50,p99') })
  expect(notes.join('\n')).toContain('p99 10000 (--duration 1s)')
  expect(judged?.comparisons.map(({ verdict }) => verdict.kind)).toContain('refused')
})

test('a system clock that is set meanwhile changes neither the time of a round nor the end', async () => {
  vi.useFakeTimers({ toFake: ['Date'] })
  onTestFinished(() => void vi.useRealTimers())
  for (const stepMs of [-1_200_000, 1_200_000]) {
    const { session, meanRoundMs } = await judge(
      (round, made) => {
        vi.setSystemTime(Date.now() + stepMs)
        return oneSlower(round, made)
      },
      { endMs: nowMs() + 600_000 },
    )
    expect(meanRoundMs).toBeGreaterThanOrEqual(0)
    expect(meanRoundMs).toBeLessThan(600_000)
    expect(session?.rounds.length).toBeGreaterThanOrEqual(7)
  }
})
