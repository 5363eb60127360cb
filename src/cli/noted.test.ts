import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { missingPrograms } from '../environment/programs.ts'
import { readRunFile } from '../run-file/read/read-run-file.ts'
import { ended, runFilesIn, startCommand, useResultsFolder } from './testing/command.ts'
import { START_TIMEOUT, startInTime } from './testing/start-in-time.ts'

const folder = useResultsFolder()

const run = (args: readonly string[], backend: string) =>
  ended(startCommand(args, { BENCH_BACKEND: backend, BENCH_RESULTS: folder() }))

/** The notes of the scenario's requests on any machine, because its rows depend only on the random seed. */
const WRITTEN = {
  undeclaredTags: { count: 0, sample: '' },
  metrics: [
    { kind: 'counter', name: 'bytes', unit: 'bytes', total: 10_000, invalid: 0 },
    { kind: 'gauge', name: 'depth', values: { min: 0, max: 49 } },
    { kind: 'trend', name: 'steps', figures: { count: 100, p50: 2 }, clamped: 0, invalid: 2 },
  ],
  operations: [
    {
      name: 'read',
      checks: [
        { name: 'has a row', passed: 100, failed: 0 },
        { name: 'is cached', passed: 20, failed: 80 },
      ],
      tags: [
        { tag: 'cache', value: 'hit', counts: { ok: 20 } },
        { tag: 'cache', value: 'miss', counts: { ok: 80 } },
        { tag: 'cache', value: null, counts: { ok: 0 } },
      ],
    },
  ],
}

test(
  'checks, tags and metrics are printed, stored, exported and judged',
  { timeout: 60_000 },
  async () => {
    const { exitCode, stdout } = await run(['bench', 'noted'], 'memory')
    for (const line of [
      /^ +cache=hit +read +20 +20 +~\d/m,
      /^ +is cached +read +100 +80 +20 %$/m,
      /^ +bytes +counter +total 10,000 bytes, [\d,.]+ bytes\/s$/m,
      /^ +depth +gauge +last \d+, min 0, max 49$/m,
      /^ +steps +trend +P50 2, P95 4, P99 4, max 4 steps, of 100 values$/m,
      /^ +steps: 2 values were not a finite number of at least 0, and left out$/m,
      /^ +met +read +check "is cached" +≥ 20 % +20 %$/m,
      /^ +met +read +success rate, cache=hit +≥ 100 % +100 %$/m,
      /^ +met +all +bytes, total +≥ 10,000 +10,000$/m,
    ]) {
      expect.soft(stdout).toMatch(line)
    }
    expect(exitCode).toBe(0)
    const [path = 'none'] = runFilesIn(folder())
    expect((await readRunFile(path)).scenarios).toMatchObject([{ result: WRITTEN }])
    const csv = readFileSync(path.replace('.json', '.metrics.csv'), 'utf8')
    expect(csv).toMatch(/"read","check","is cached",,,100,20,80,/)
    expect(stdout).toContain('.metrics.csv')
    const exported = await run(['results', 'export', path, '--metrics'], 'memory')
    expect(exported.stdout).toBe(csv)
  },
)

test('control characters are printed as text', { timeout: 60_000 }, async () => {
  const { stdout, stderr } = await run(['bench', 'escapes'], 'memory')
  // oxlint-disable-next-line no-control-regex
  expect(stdout + stderr).not.toMatch(/[\u0007\u001b]/)
  expect(stdout).toContain('check "never \\u{1b}[31mred\\u{1b}]0;title\\u{7}" was never made')
})

const missing = missingPrograms()

test(
  'shards add up to the checks, tags and metrics of one generator',
  START_TIMEOUT,
  async ({ skip }) => {
    skip(missing !== undefined, missing)
    const { exitCode, stdout } = await startInTime(folder(), (startAt) =>
      run(['bench', 'noted', '--generators', '2', '--start-at', startAt], 'programs'),
    )
    expect(stdout).toContain('2 generators, Redis')
    expect(exitCode).toBe(0)
    const [path = 'none'] = runFilesIn(folder())
    expect((await readRunFile(path)).scenarios).toMatchObject([{ result: WRITTEN }])
  },
)
