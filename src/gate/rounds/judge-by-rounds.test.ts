import { expect, onTestFinished, test, vi } from 'vitest'
import { EnvironmentError } from '../../environment/environment-error.ts'
import { nowMs } from '../../load/clock.ts'
import { loadResult } from '../../load/testing/result-fixture.ts'
import { serializeLoadResult } from '../../run-file/json/load-result-json.ts'
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
function scenario(name: string, ms: number, requests = REQUESTS): RoundScenario {
  const responseMs = Array.from({ length: requests }, () => ms)
  const counts = { planned: requests, started: requests, ok: requests }
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

function unmeasured(name: string): RoundScenario {
  return { state: 'unmeasured', name, file: `/bench/${name}.load.ts`, error: 'connection refused' }
}

function failing(name: string): RoundScenario {
  const counts = { planned: REQUESTS, started: REQUESTS, ok: 0, failed: REQUESTS }
  const measured = scenario(name, 1)
  if (measured.state !== 'measured') return measured
  const result = loadResult({ [name]: { counts, responseMs: [] } })
  return { ...measured, result: serializeLoadResult(result) }
}

const TASK: RoundsTask = {
  files: ['/bench/quick.load.ts', '/bench/slow.load.ts'],
  metrics: parseMetrics('p50'),
  effects: {},
  durationMs: 1,
  endMs: Infinity,
}

/** Runs a gate with rounds that take no time, and records requested rounds and messages. */
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

test('finds a regression in 7 rounds of all scenarios and confirms it in the next 10', async () => {
  const { judged, wanted, session } = await judge(oneSlower)
  expect(judged?.verdict).toEqual({ kind: 'regression', exitCode: 1 })
  expect(judged?.comparisons.map(({ verdict }) => verdict.kind)).toEqual([
    'pass',
    'pass',
    'pass',
    'regression',
  ])
  expect(session?.rounds.map(({ first }) => first).slice(0, 3)).toEqual([
    'baseline',
    'candidate',
    'baseline',
  ])
  expect(wanted.map(({ files }) => files.length)).toEqual([
    ...Array.from({ length: 7 }, () => 2),
    ...Array.from({ length: 10 }, () => 1),
  ])
  expect(wanted.at(-1)?.files).toEqual(['/bench/slow.load.ts'])
  expect(wanted.map(({ number }) => number)).toEqual(Array.from({ length: 17 }, (_, k) => k))
})

test('does not rerun decided scenarios for undecided ones', async () => {
  const { wanted, judged } = await judge((_, made) => {
    const scatter = made % 4 < 2 ? 1.5 : 1 / 1.5
    return {
      baseline: [scenario('quick', 1), scenario('slow', 1)],
      candidate: [scenario('quick', 1), scenario('slow', scatter)],
    }
  })
  expect(wanted.slice(7).every(({ files }) => files.length === 1)).toBe(true)
  expect(wanted).toHaveLength(20)
  expect(judged?.comparisons.map(({ verdict }) => verdict.kind)).toEqual([
    'pass',
    'pass',
    'pass',
    'inconclusive',
  ])
  expect(judged?.verdict.exitCode).toBe(3)
})

test('a round with an invalid run costs a round, not the verdict', async () => {
  const { wanted, judged } = await judge((round, made) => {
    const { baseline, candidate } = oneSlower(round, made)
    if (made !== 3) return { baseline, candidate }
    return { baseline: [scenario('quick', 1), invalid('slow')], candidate }
  })
  expect(wanted.map(({ number }) => number)).toEqual(wanted.map((_, made) => made))
  expect(judged?.verdict.kind).toBe('regression')
})

test.each<[string, () => RoundScenario[]]>([
  ['is invalid', () => [invalid('quick'), scenario('slow', 1)]],
  ['is not measured', () => [unmeasured('quick'), scenario('slow', 1)]],
  ['is missing', () => [scenario('slow', 1)]],
  ['is missing with all others, because the run crashed', () => []],
])('a candidate with a scenario that %s in every round is a regression', async (_, candidate) => {
  const { judged, wanted } = await judge(() => ({
    baseline: [scenario('quick', 1), scenario('slow', 1)],
    candidate: candidate(),
  }))
  expect(judged?.verdict).toEqual({ kind: 'regression', exitCode: 1 })
  expect(wanted).toHaveLength(17)
  const found = judged?.comparisons.find(({ comparison }) => comparison.id === 'quick › validity')
  expect(found?.verdict.kind).toBe('regression')
  expect(found?.flaw).not.toBe(null)
})

test('a candidate that fails every request is a regression', async () => {
  const { judged } = await judge(
    () => ({ baseline: [scenario('quick', 1)], candidate: [failing('quick')] }),
    { metrics: 'beside pairs' },
  )
  expect(judged?.verdict).toEqual({ kind: 'regression', exitCode: 1 })
  const found = judged?.comparisons.filter(({ verdict }) => verdict.kind === 'regression')
  expect(found?.map(({ comparison }) => comparison.id)).toEqual([
    'quick › validity',
    'quick › quick › errors',
  ])
})

test('a baseline that is invalid in every round is not a pass', async () => {
  const { judged } = await judge(() => ({
    baseline: [invalid('quick')],
    candidate: [scenario('quick', 1)],
  }))
  expect(judged?.verdict.exitCode).toBe(3)
})

test('a scenario that neither version measured in the first round is an environment error', async () => {
  const both = [scenario('quick', 1), unmeasured('slow')]
  await expect(judge(() => ({ baseline: both, candidate: both }))).rejects.toThrow(
    /^Neither version measured "slow" in the first round: connection refused$/,
  )
  await expect(judge(() => ({ baseline: [], candidate: [] }))).rejects.toThrow(EnvironmentError)
})

test('no round begins when time is up, and undecided comparisons are inconclusive', async () => {
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

test('keeps the results from before an interruption', async () => {
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

test('a round that hung does not extend the timeout of the next one', async () => {
  let timeMs = 0
  const { wanted } = await judge(
    (round, made) => {
      timeMs += 1_000_000
      return oneSlower(round, made)
    },
    { endMs: 5_000_000 },
    undefined,
    () => timeMs,
  )
  expect(new Set(wanted.map(({ estimateMs }) => estimateMs)).size).toBe(1)
})

test('beside pairs, a time under load passes unless it is worse by more than rounds scatter', async () => {
  const slower = (metrics: RoundsTask['metrics'], effects: RoundsTask['effects'] = {}) =>
    judge(
      () => ({
        baseline: [scenario('slow', 1, 4_000)],
        candidate: [scenario('slow', 1.15, 4_000)],
      }),
      { metrics, effects },
    )
  expect((await slower('alone')).judged?.verdict.kind).toBe('regression')
  expect((await slower('beside pairs')).judged?.verdict.kind).toBe('pass')
  expect((await slower('beside pairs', { latency: 0.05 })).judged?.verdict.exitCode).toBe(1)
})

test('a metric that no operation has is an error, not a pass', async () => {
  await expect(judge(oneSlower, { metrics: parseMetrics('p50,delivery') })).rejects.toThrow(
    /^--metrics: no operation of quick, slow has delivery/,
  )
})

test('a percentile with too few requests is refused, with the duration that would suffice', async () => {
  const { judged, notes } = await judge(oneSlower, { metrics: parseMetrics('p50,p99') })
  expect(notes.join('\n')).toContain('p99 10,000 (--duration 1s)')
  expect(judged?.comparisons.map(({ verdict }) => verdict.kind)).toContain('refused')
})

test('setting the system clock affects neither the time of a round nor the end', async () => {
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
