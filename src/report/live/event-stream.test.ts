import { Writable } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { serializeIntervals } from '../../run-file/json/intervals-json.ts'
import { runOf, scenarioOf } from '../../run-file/testing/run-fixture.ts'
import { faultedScenario } from '../../run-file/testing/faulted-scenario.ts'
import { EventStream } from './event-stream.ts'
import { PipeSink, type LineSink } from './line-sink.ts'
import type { RunEvent } from './run-event.ts'
import { streamEventSchema, type StreamEvent } from './stream-schema.ts'
import {
  interval,
  LOAD_STARTED,
  progress,
  RUNNING,
  SCENARIO_STARTED,
} from './testing/run-events.ts'

const MEASURED = scenarioOf('buy')
const RUN = runOf([MEASURED])

const STARTED: RunEvent = { event: 'run-started', run: RUN, scenarios: 1, microFiles: 0 }
const ENDED: RunEvent = {
  event: 'run-ended',
  run: RUN,
  exitCode: 0,
  paths: { json: '/r/x.json', csv: '/r/x.csv', intervalsCsv: '/r/x.intervals.csv' },
}

/** Keeps all lines. */
class Lines implements LineSink {
  text = ''
  readonly problem = null

  write(line: string): boolean {
    this.text += line
    return true
  }

  close(): Promise<void> {
    return Promise.resolve()
  }
}

/** Every line, checked against the schema. */
function parsed(text: string): readonly StreamEvent[] {
  expect(text.endsWith('\n')).toBe(true)
  return text
    .slice(0, -1)
    .split('\n')
    .map((line) => streamEventSchema.parse(JSON.parse(line)))
}

function linesOf(...events: readonly RunEvent[]): readonly StreamEvent[] {
  const lines = new Lines()
  const stream = new EventStream(lines, 'lines')
  for (const event of events) stream.listener(event)
  return parsed(lines.text)
}

function ended(entries: Extract<RunEvent, { event: 'scenario-ended' }>['entries']): RunEvent {
  return { event: 'scenario-ended', scenario: RUNNING, entries }
}

describe('the lines of a run', () => {
  test('follow it from its start to its end, and each names the run and the time', () => {
    const lines = linesOf(
      STARTED,
      SCENARIO_STARTED,
      LOAD_STARTED,
      progress(1, [interval(0)]),
      ended([MEASURED]),
      ENDED,
    )
    const kinds = lines.map(({ event }) => event)
    expect([...new Set(kinds)]).toEqual([
      'run-started',
      'scenario-started',
      'load-started',
      'interval',
      'progress',
      'scenario-ended',
      'run-ended',
    ])
    const clocks = lines.map(({ elapsedMs }) => elapsedMs)
    expect(clocks).toEqual(clocks.toSorted((a, b) => a - b))
    expect(new Set(lines.map(({ runId }) => runId))).toEqual(new Set([RUN.runId]))
  })

  test('have each second once, also those that ended after the last progress', () => {
    const lines = linesOf(
      STARTED,
      progress(2, [interval(0), interval(0, { operation: 'b' }), interval(1)]),
      progress(3, [interval(2)]),
      ended([MEASURED]),
    )
    const seconds = lines.flatMap((line) =>
      line.event === 'interval' ? [`${line.operation}${line.second}`] : [],
    )
    const rest = [3, 4, 5, 6, 7, 8, 9].map((second) => `a${second}`)
    expect(seconds).toEqual(['a0', 'b0', 'a1', 'a2', ...rest])
  })

  test('tell progress once per second, and at every change of phase', () => {
    const lines = linesOf(
      STARTED,
      progress(0, [], { phase: 'warm-up', elapsedMs: -400 }),
      progress(0, [], { phase: 'warm-up', elapsedMs: -100 }),
      progress(0, []),
      progress(0, []),
      progress(1, [], { phase: 'draining' }),
    )
    const phases = lines.flatMap((line) => (line.event === 'progress' ? [line.phase] : []))
    expect(phases).toEqual(['warm-up', 'measuring', 'draining'])
  })

  test('say how each load of a test ended, also one that was lost or never begun', () => {
    const of = { file: 'bench/buy.load.ts', testStatus: 'failed', error: 'it died' } as const
    const lines = linesOf(
      STARTED,
      ended([
        MEASURED,
        {
          ...of,
          state: 'lost',
          name: 'buy (load 2)',
          intervals: serializeIntervals([interval(0)], 0),
        },
        { ...of, state: 'unmeasured', name: 'buy (load 3)' },
      ]),
    )
    const ends = lines.filter((line) => line.event === 'scenario-ended')
    expect(ends).toMatchObject([
      {
        scenario: 'buy',
        load: 0,
        outcome: 'passed',
        verdict: { kind: 'valid' },
        operations: [{ operation: 'a', counts: { ok: 1_000 }, response: { p50Ms: 1 } }],
      },
      { scenario: 'buy (load 2)', load: 1, outcome: 'interrupted', verdict: null, operations: [] },
      { scenario: 'buy (load 3)', load: 2, outcome: 'broken', error: 'it died', slo: [] },
    ])
    const intervals = lines.filter((line) => line.event === 'interval' && line.load === 1)
    expect(intervals).toHaveLength(1)
  })

  test('are small: no histogram is in them', () => {
    for (const line of linesOf(STARTED, progress(1, [interval(0)]), ended([MEASURED]), ENDED)) {
      expect(JSON.stringify(line).length).toBeLessThan(2_000)
    }
  })

  test('keep to one line and lose the secrets of addresses, whatever a text holds', () => {
    const error = 'no answer from redis://u:secret@host:1\n{"event":"run-ended"}\r\u2028</script>'
    const broken = { state: 'unmeasured', name: error, file: 'x', testStatus: 'failed' } as const
    const [, line, ...others] = linesOf(STARTED, ended([{ ...broken, error }]))
    expect(others).toEqual([])
    const shown = error.replace('u:secret', '***')
    expect(line).toMatchObject({ event: 'scenario-ended', scenario: shown, error: shown })
  })

  test('end with an end, also if the run never began or did not end', async () => {
    const unbegun = new Lines()
    await new EventStream(unbegun, 'lines').close(2)
    expect(parsed(unbegun.text)).toMatchObject([
      { event: 'run-ended', runId: null, status: 'not-begun', exitCode: 2, paths: null },
    ])
    const cut = new Lines()
    const stream = new EventStream(cut, 'lines')
    stream.listener(STARTED)
    await stream.close(2)
    expect(parsed(cut.text)).toMatchObject([
      { event: 'run-started' },
      { event: 'run-ended', runId: RUN.runId, status: 'interrupted' },
    ])
  })
})

describe('a slow reader', () => {
  /** Takes nothing until it is told to. */
  class Slow extends Writable {
    text = ''
    #go: (() => void) | null = null
    #isSlow = true

    override _write(chunk: Buffer, _: BufferEncoding, done: () => void): void {
      this.text += chunk.toString()
      if (this.#isSlow) this.#go = done
      else done()
    }

    read(): void {
      this.#isSlow = false
      this.#go?.()
    }
  }

  test('never makes the run wait: lines it has no room for are left out, counted and told', async () => {
    const slow = new Slow()
    const stream = new EventStream(new PipeSink(slow, true, 100_000), 'slow')
    stream.listener(STARTED)
    const many = Array.from({ length: 100 }, (_, second) => interval(second))
    for (let round = 0; round < 10; round += 1) {
      // The same seconds again would not be told.
      const load = { ...progress(1, many), load: round } as RunEvent
      stream.listener(load)
    }
    expect(slow.writableLength).toBeLessThan(101_000)
    stream.listener(ENDED)
    slow.read()
    await stream.close(0)
    const lines = parsed(slow.text)
    const dropped = lines.flatMap((line) => (line.event === 'events-dropped' ? [line.count] : []))
    const [count = 0, ...others] = dropped
    expect(others).toEqual([])
    // 10 rounds of 100 seconds and a progress; then the start, the end, and the line that tells of those left out.
    expect(lines.length - 3 + count).toBe(10 * 101)
    expect(count).toBeGreaterThan(0)
    expect(lines.slice(-2).map(({ event }) => event)).toEqual(['events-dropped', 'run-ended'])
  })

  test('that has gone changes nothing', async () => {
    const gone = new Writable({
      write(_chunk, _encoding, done) {
        done(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }))
      },
    })
    const sink = new PipeSink(gone, true)
    const stream = new EventStream(sink, 'gone')
    stream.listener(STARTED)
    await new Promise(setImmediate)
    stream.listener(ENDED)
    await stream.close(0)
    expect(sink.problem).toBeNull()
  })
})

test('a fault has a line whenever its state changes', () => {
  const planned = { label: 'pause gateway', what: null, plannedAtMs: 6_000 }
  const faults = [
    { ...planned, state: 'planned' },
    { ...planned, state: 'on', fromMs: 6_000 },
    { ...planned, state: 'on', fromMs: 6_000 },
  ] as const
  const scenario = faultedScenario([
    { ...planned, state: 'injected', fromMs: 6_000, toMs: 7_500 },
    { ...planned, label: 'restart', state: 'not reached' },
  ])
  const lines = linesOf(
    STARTED,
    SCENARIO_STARTED,
    LOAD_STARTED,
    ...faults.map((fault, second) => progress(second, [], { faults: [fault] })),
    ended([scenario]),
  )
  const told = lines.filter(({ event }) => event === 'fault')
  expect(told).toMatchObject([
    { number: 0, label: 'pause gateway', state: 'on', fromMs: 6_000, toMs: null },
    { number: 0, label: 'pause gateway', state: 'injected', fromMs: 6_000, toMs: 7_500 },
    { number: 1, label: 'restart', state: 'not reached', fromMs: null, toMs: null },
  ])
  expect(lines.at(-1)).toMatchObject({
    operations: [{ losses: { lost: 12, promised: 3_000 }, unavailableMs: 2_345 }],
  })
})
