import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import type { FaultRecord } from '../../load/faults/fault-record.ts'
import { histogramFigures, newTimeHistogram } from '../../load/recording/histogram.ts'
import { arbitraryRun } from '../testing/arbitrary-run.ts'
import { compareRuns } from '../../compare/decision/compare-runs.ts'
import { runOf, scenarioOf } from '../testing/run-fixture.ts'
import { findContradiction } from './find-contradiction.ts'
import { runPathsIn } from './find-run.ts'
import { deserializeHistogram, serializeHistogram } from '../json/histogram-json.ts'
import { historyRows } from '../history/history-rows.ts'
import { printableRun } from '../printable-run.ts'
import { readRunFile, RunFileError, type RunFileFault } from './read-run-file.ts'
import { renderRun } from '../../report/terminal/runs.ts'
import { intervalsCsv } from '../csv/intervals-csv.ts'
import { operationsCsv } from '../csv/operations-csv.ts'
import type { RunFile } from '../run-file.ts'
import { summariseRuns } from '../../report/summarise-runs.ts'

const folder = mkdtempSync(join(tmpdir(), 'damaged-'))
afterAll(() => rmSync(folder, { recursive: true }))
const path = join(folder, '20260102T030405Z-0a1b2c3.json')
beforeEach(() => rmSync(path, { recursive: true, force: true }))

const killed: FaultRecord = {
  state: 'injected',
  label: 'kill Redis primary',
  what: 'redis-2',
  plannedAtMs: 2_000,
  fromMs: 2_001,
  toMs: 2_001,
}

const good = runOf([
  scenarioOf('mixed', {
    counts: {
      planned: 1_010,
      started: 1_005,
      dropped: 5,
      ok: 990,
      failed: 10,
      timedOut: 5,
      notStarted: 0,
    },
    deliveries: { expected: 5_000, received: 4_990 },
    losses: {
      kind: 'known',
      of: 'registrations',
      promised: 900,
      lost: 2,
      duplicates: null,
      examples: ['user-1'],
    },
    unavailableMs: 1_200,
    faults: [killed],
  }),
])
const text = JSON.stringify(good)

/** The good run with something else in a place of it. */
function changed(place: readonly (string | number)[], change: (value: unknown) => unknown): string {
  const set = (value: unknown, [key, ...rest]: readonly (string | number)[]): unknown => {
    if (key === undefined) return change(value)
    if (Array.isArray(value)) return value.map((item, i) => (i === key ? set(item, rest) : item))
    return { ...(value as object), [key]: set((value as Record<string, unknown>)[key], rest) }
  }
  return JSON.stringify(set(good, place))
}

const RESULT = ['scenarios', 0, 'result'] as const
const A = [...RESULT, 'operations', 0] as const
const FAULT = [...RESULT, 'faults', 0] as const
const SECONDS_OF_A = [...RESULT, 'intervals', 'operations', 0] as const
const twice = (all: unknown) => [...(all as unknown[]), ...(all as unknown[])]
const figure = (time: string, name: string, value: number | null) =>
  changed([...A, time, 'figures', name], () => value)
const count = (name: string, value: number) => changed([...A, 'counts', name], () => value)
const empty = serializeHistogram(newTimeHistogram()).hdrV2Base64
const failure = good.scenarios.flatMap((scenario) =>
  scenario.state === 'measured' ? scenario.result.operations : [],
)[0]?.failure

async function refusal(): Promise<RunFileError> {
  const error = await readRunFile(path).catch((cause: unknown) => cause)
  if (!(error instanceof RunFileError)) throw new Error('it was not refused', { cause: error })
  return error
}

test('reads a valid run', async () => {
  writeFileSync(path, text)
  expect(await readRunFile(path)).toEqual(good)
})

const IN_A = 'scenario "mixed", operation "a": '

describe('a damaged file, refused in one line with its name, the flaw and the remedy', () => {
  test.each<[string, string, RunFileFault, string]>([
    [
      'a figure',
      figure('response', 'p50Ms', 999),
      'invalid',
      `${IN_A}response P50 is 999 ms, but its histogram gives 1 ms`,
    ],
    [
      'a figure of the service time',
      figure('service', 'meanMs', 7),
      'invalid',
      `${IN_A}service mean is 7 ms`,
    ],
    [
      'a percentile that falls',
      figure('response', 'p99Ms', 0.0001),
      'invalid',
      `${IN_A}response P99 is 0.0001 ms`,
    ],
    [
      'a figure that is missing',
      figure('lateness', 'maxMs', null),
      'invalid',
      `${IN_A}lateness max is missing, but`,
    ],
    ['a figure below 0', figure('response', 'p50Ms', -5), 'invalid', 'figures.p50Ms: '],
    [
      'a count of records',
      figure('response', 'count', 7),
      'invalid',
      `${IN_A}response has 7 records, but its histogram has 995`,
    ],
    [
      'ok',
      count('ok', 5),
      'invalid',
      `${IN_A}started is 1005, but ok + failed + timedOut + unfinished is 20`,
    ],
    [
      'planned',
      count('planned', 5),
      'invalid',
      `${IN_A}planned is 5, but started + dropped + notStarted is 1010`,
    ],
    [
      'errors',
      changed([...A, 'errors', 0, 'count'], () => 3),
      'invalid',
      `${IN_A}failed is 10, but its errors is 3`,
    ],
    [
      'receipts',
      changed([...A, 'deliveries', 'received'], () => 9_000),
      'invalid',
      'expected receipts is 5000, but received + missing is 9010',
    ],
    [
      'receipts missing by failure',
      changed([...A, 'deliveries', 'missingByFailure'], () => 9_000),
      'invalid',
      'missing receipts is 10, but 9000 of them are missingByFailure',
    ],
    [
      'seconds',
      changed([...RESULT, 'intervals', 'operations'], () => []),
      'invalid',
      `${IN_A}started is 1005, but its seconds is 0`,
    ],
    [
      'seconds of nothing',
      changed([...SECONDS_OF_A, 'operation'], () => 'b'),
      'invalid',
      'is 1005, but',
    ],
    [
      'a second whose percentiles fall',
      changed([...SECONDS_OF_A, 'response', 'p99Ms', 0], () => 0),
      'invalid',
      'second 0: P95 is 1 ms, but P99 is 0 ms',
    ],
    [
      'the time measured',
      changed([...RESULT, 'measuredMs'], () => 0),
      'invalid',
      'measuredMs is 0, but 1010 requests',
    ],
    [
      'too long a measurement',
      changed([...RESULT, 'measuredMs'], () => 1e6),
      'invalid',
      'measuredMs is 1000000, but',
    ],
    [
      "another time's histogram",
      changed([...A, 'response'], () => failure),
      'invalid',
      `${IN_A}response has 10 records, but the counts imply 995`,
    ],
    [
      'another histogram',
      changed([...A, 'response', 'hdrV2Base64'], () => empty),
      'invalid',
      'but its histogram has 0',
    ],
    [
      'no histogram',
      changed([...A, 'response', 'hdrV2Base64'], () => 'AAAA'),
      'invalid',
      "its histogram can't be read",
    ],
    [
      'an operation twice',
      changed([...RESULT, 'operations'], (all) => [...(all as unknown[]), ...(all as unknown[])]),
      'invalid',
      'operation "a" appears twice',
    ],
    ['a path as its id', changed(['runId'], () => '../../etc/x'), 'invalid', 'runId: '],
    ['a line end in its id', changed(['runId'], () => `${good.runId}\n`), 'invalid', 'runId: '],
    [
      'a time that is none',
      changed(['startedAt'], () => '2026-13-45T99:99:99Z'),
      'invalid',
      'startedAt: ',
    ],
    ['NaN', text.replace(/"p50Ms":[\d.]+/, '"p50Ms":NaN'), 'not-json', "Unexpected token 'N'"],
    ['beyond all numbers', text.replace(/"p50Ms":[\d.]+/, '"p50Ms":1e999'), 'invalid', 'Infinity'],
    ['nothing', '', 'not-json', 'not JSON'],
    ['zeros', '\0\0\0', 'not-json', 'not JSON'],
    [
      'a later version',
      changed(['schemaVersion'], () => 9),
      'schema-version',
      'has schemaVersion 9',
    ],
    [
      'its version as a text',
      changed(['schemaVersion'], () => '5'),
      'schema-version',
      'has schemaVersion "5"',
    ],
    [
      'a key of the prototype',
      text.replace('{', '{"__proto__":{"polluted":1},'),
      'invalid',
      '__proto__',
    ],
    [
      'seconds twice',
      changed([...RESULT, 'intervals', 'operations'], (all) => twice(all)),
      'invalid',
      'operation "a" has its seconds twice',
    ],
    [
      'a second twice',
      changed([...RESULT, 'intervals', 'seconds', 1], () => 0),
      'invalid',
      'its second 0 comes after its second 0',
    ],
    [
      'too few timestamps',
      changed([...RESULT, 'intervals', 'timestamps'], () => [1]),
      'invalid',
      'it has 10 seconds, but 1 timestamps',
    ],
    [
      'timestamps that go back',
      changed([...RESULT, 'intervals', 'timestamps', 1], () => 1),
      'invalid',
      'its second 1 has the timestamp 1, not ',
    ],
    [
      'a column that is too long',
      changed([...SECONDS_OF_A, 'ok'], (all) => twice(all)),
      'invalid',
      'operation "a" has 10 seconds, but 20 values of ok',
    ],
    [
      'a column of times that is too short',
      changed([...SECONDS_OF_A, 'response', 'p50Ms'], () => []),
      'invalid',
      'but 0 values of response p50Ms',
    ],
    [
      'a negative count of a second',
      changed([...SECONDS_OF_A, 'started', 3], () => -1),
      'invalid',
      'started: it is not a list of whole numbers',
    ],
    [
      'a time of a second that is a text',
      changed([...SECONDS_OF_A, 'lateness', 'maxMs', 3], () => '1'),
      'invalid',
      'lateness.maxMs: it is not a list of times',
    ],
    [
      'a fault that is over before it began',
      changed([...FAULT, 'toMs'], () => 2_000),
      'invalid',
      'fault "kill Redis primary": toMs is 2000, but fromMs is 2001.',
    ],
    [
      'a fault before it was due',
      changed([...FAULT, 'fromMs'], () => 500),
      'invalid',
      'fromMs is 500, but it was due at 2000 ms.',
    ],
    [
      'a fault that outlasts the load',
      changed([...FAULT, 'toMs'], () => 1e6),
      'invalid',
      'it lasted until 1000000 ms, but the load ended by 85000 ms.',
    ],
    [
      'a fault in a state that there is not',
      changed([...FAULT, 'state'], () => 'over'),
      'invalid',
      'faults[0].state: ',
    ],
    [
      'more losses than promises',
      changed([...A, 'losses', 'promised'], () => 1),
      'invalid',
      `${IN_A}2 registrations are lost, but 1 were promised.`,
    ],
    [
      'more names of losses than losses',
      changed([...A, 'losses', 'lost'], () => 0),
      'invalid',
      `${IN_A}1 lost registrations are named, but 0 are lost.`,
    ],
    [
      'an outage longer than the load',
      changed([...A, 'unavailableMs'], () => 1e6),
      'invalid',
      `${IN_A}unavailableMs is 1000000, but the load ended by 85000 ms.`,
    ],
  ])('%s', async (_, content, fault, message) => {
    writeFileSync(path, content)
    const error = await refusal()
    expect(error.fault).toBe(fault)
    expect(error.message).toContain(message)
    expect(error.message.startsWith(`${path}: `)).toBe(true)
    expect(error.message).toMatch(/^[^\n]+ (Restore it|Name a run file|Use the version).*\.$/)
  })

  test('the message shows nothing of a file behind a link', async () => {
    writeFileSync(join(folder, 'secret'), 'root:x:0:0\n')
    symlinkSync(join(folder, 'secret'), path)
    expect((await refusal()).message).not.toContain('root')
  })
})

test('a byte-order mark is accepted', async () => {
  writeFileSync(path, `\ufeff${text}`)
  expect(await readRunFile(path)).toEqual(good)
})

test('runs with any names can be read, shown and exported', async () => {
  const names = [
    '__proto__',
    'constructor',
    '=HYPERLINK("http://x","y")',
    '+cmd|calc',
    '\u001b[31m\u202e<img>',
  ]
  for (const name of names) {
    const renamed = text
      .replaceAll('"mixed"', JSON.stringify(name))
      .replaceAll('"a"', JSON.stringify(name))
    writeFileSync(path, renamed)
    const run = await readRunFile(path)
    // oxlint-disable-next-line no-control-regex
    expect(useEverywhere(run)).not.toMatch(/\u001b\[31m|\u202e/)
    // No cell is a formula to a spreadsheet.
    expect(operationsCsv(run)).not.toMatch(/(^|,)"?[=+]/m)
    expect(historyRows(run)[0]).toMatchObject({ scenario: name, operation: name })
  }
})

/** A run's printed report and its tables. */
function useEverywhere(run: RunFile): string {
  const shown = printableRun(run)
  compareRuns(shown, shown, { isUnlikeAllowed: true })
  historyRows(run)
  return [renderRun(shown), operationsCsv(shown), intervalsCsv(shown)].join('\n')
}

describe.runIf(process.platform !== 'win32')('something other than a file', () => {
  const makers: Readonly<Record<string, (at: string) => void>> = {
    'a pipe': (at) => execFileSync('mkfifo', [at]),
    'a folder': (at) => mkdirSync(at),
    'a link to itself': (at) => symlinkSync(at, at),
    'a link to nothing': (at) => symlinkSync(`${at}.none`, at),
    'a link to a device': (at) => symlinkSync('/dev/zero', at),
    'a link to a terminal': (at) => symlinkSync('/dev/tty', at),
  }

  test.each(Object.keys(makers))('%s is refused at once', async (name) => {
    makers[name]?.(path)
    const { fault, message } = await refusal()
    expect(fault).toBe(name === 'a link to nothing' ? 'missing' : 'unreadable')
    expect(message).toMatch(/^[^\n]+\.$/)
  })

  test('a socket is refused', async () => {
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(path, resolve))
    expect((await refusal()).message).toContain('is a pipe, a socket or a device')
    await new Promise((resolve) => server.close(resolve))
  })

  test('in a folder, hides no run beside it', async () => {
    const crowded = mkdtempSync(join(folder, 'all-'))
    for (const [i, make] of Object.values(makers).entries()) make(join(crowded, `${i}.json`))
    writeFileSync(join(crowded, 'cut.json'), text.slice(0, 500))
    writeFileSync(join(crowded, `${good.runId}.json`), text)
    const { runs, broken } = await summariseRuns(runPathsIn(crowded))
    expect(runs.map(({ runId }) => runId)).toEqual([good.runId])
    expect(broken).toHaveLength(Object.keys(makers).length + 1)
  })
})

test('no measured run contradicts itself', () => {
  fc.assert(
    fc.property(arbitraryRun, (run) => {
      expect(findContradiction(run, 5)).toBeNull()
    }),
    { numRuns: 100 },
  )
})

/** Every place of a run that has a number, and the number. */
function figuresOf(value: unknown, place: readonly (string | number)[] = []): readonly Place[] {
  if (typeof value === 'number') return [place]
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, item]) =>
    figuresOf(item, [...place, Array.isArray(value) ? Number(key) : key]),
  )
}
type Place = readonly (string | number)[]

test('any single changed figure is refused, unless it still agrees with histograms and counts', async () => {
  const places = figuresOf(good)
  const other = fc.oneof(
    fc.constantFrom<unknown>(0, -1, 1, 1e-9, 1e15, 0.5, null, 'x', [], {}),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.nat(2_000),
  )
  const seen = { read: 0, refused: 0 }
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...places), other, async (place, value) => {
      writeFileSync(
        path,
        changed(place, () => value),
      )
      const run = await readRunFile(path).catch((cause: unknown) => cause)
      if (run instanceof Error) {
        expect(run).toBeInstanceOf(RunFileError)
        seen.refused++
        return
      }
      seen.read++
      const read = run as RunFile
      expectConserved(read)
      useEverywhere(read)
    }),
    { numRuns: 300 },
  )
  expect(Math.min(seen.read, seen.refused)).toBeGreaterThan(0)
})

/** By the library, and with other words than the check. */
function expectConserved(run: RunFile): void {
  for (const scenario of run.scenarios) {
    if (scenario.state !== 'measured') continue
    for (const { counts, response, service, failure: failed, lateness } of scenario.result
      .operations) {
      expect(counts.started + counts.dropped + counts.notStarted).toBe(counts.planned)
      expect(failed.figures.count).toBe(counts.failed)
      expect(lateness.figures.count).toBe(counts.started)
      expect(response.figures.count).toBe(counts.started - counts.failed)
      for (const histogram of [response, service, failed, lateness]) {
        const figures = histogramFigures(deserializeHistogram(histogram))
        for (const [name, value] of Object.entries(figures)) {
          const stated = histogram.figures[name as keyof typeof figures]
          if (value === null) expect(stated).toBeNull()
          else
            expect(Math.abs((stated ?? Number.NaN) - value)).toBeLessThanOrEqual(
              0.0010001 + value * 0.001,
            )
        }
      }
    }
  }
}
