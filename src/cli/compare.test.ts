import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { runOf, scenarioOf, times } from '../run-file/testing/run-fixture.ts'
import type { RunFile } from '../run-file/run-file.ts'
import { writeRunFile } from '../run-file/write/write-run-file.ts'
import { ended, startCommand, useResultsFolder, type Ended } from './testing/command.ts'

const folder = useResultsFolder()
const [older, newer] = ['20260102T030405Z-0a1b2c3', '20260103T030405Z-1b2c3d4']

function start(...args: readonly string[]): Promise<Ended> {
  return ended(startCommand(args, { BENCH_RESULTS: folder() }))
}

function write(runId: string, ms: number, change: Partial<RunFile> = {}): string {
  const scenario = scenarioOf('mixed', { responseMs: times(300, ms) })
  const startedAt = `2026-01-${runId.slice(6, 8)}T03:04:05.000Z`
  return writeRunFile(folder(), runOf([scenario], { runId, startedAt, ...change })).json
}

describe('npm run compare', () => {
  test('compares the baseline with the latest complete run, plots both and points to the gate', async () => {
    write(older, 1)
    write(newer, 2)
    write('20260104T030405Z-1b2c3d4', 9, { status: 'interrupted' })
    writeFileSync(join(folder(), '20260105T030405Z-1b2c3d4.json'), '{"schemaVersion":2')
    const { exitCode, stdout, stderr } = await start('compare', '20260102')
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
    expect(stdout).toContain(`candidate  ${newer}`)
    expect(stdout).toMatch(/a +service P50 +1\.00 ms +2\.00 ms +2\.00 × +worth a look: higher/)
    expect(stdout).toContain('o baseline  x candidate')
    expect(stdout).toContain('npm run gate -- --base 0a1b2c3')
  })

  test('writes Markdown, JSON and CSV, to standard output or a file', async () => {
    const [a, b] = [write(older, 1), write(newer, 2)]
    const json = await start('compare', a, b, '--json')
    expect(JSON.parse(json.stdout)).toMatchObject({
      exitCode: 0,
      baseline: { runId: older },
      scenarios: [
        {
          operations: [
            { metrics: [{ metric: 'service P50', ratio: 2 }, {}, {}, {}, {}, {}, {}, {}, {}] },
          ],
        },
      ],
    })
    const markdown = await start('compare', a, b, '--markdown')
    expect(markdown.stdout).toContain('| a | service P50 | 1.00 ms | 2.00 ms | 2.00 × |')
    const out = join(folder(), 'comparison.csv')
    expect(await start('compare', a, b, '--csv', '--out', out)).toMatchObject({ stdout: '' })
    expect(readFileSync(out, 'utf8').split('\n')).toHaveLength(11)
  })

  test('writes a page beside the runs, whatever else it prints', async () => {
    const [a, b] = [write(older, 1), write(newer, 2)]
    const { exitCode, stdout, stderr } = await start('compare', a, b, '--csv', '--html')
    const page = join(folder(), `${older}-${newer}.html`)
    expect({ exitCode, first: stdout.slice(0, 10), stderr }).toEqual({
      exitCode: 0,
      first: 'baseline,c',
      stderr: `page: ${page}\n`,
    })
    expect(readFileSync(page, 'utf8')).toContain('a service P50 of mixed, 1.00 ms against 2.00 ms')
  })

  test('adds Markdown to the step summary, whatever else it prints', async () => {
    const [a, b, summary] = [write(older, 1), write(newer, 2), join(folder(), 'summary.md')]
    const env = { BENCH_RESULTS: folder(), GITHUB_STEP_SUMMARY: summary }
    const { exitCode, stdout } = await ended(startCommand(['compare', a, b, '--csv'], env))
    expect({ exitCode, first: stdout.slice(0, 10) }).toEqual({ exitCode: 0, first: 'baseline,c' })
    expect(readFileSync(summary, 'utf8')).toContain('### Load tests: candidate beside baseline')
  })

  test('names the differences of environments, exits with 4, and continues with --allow-unlike', async () => {
    const { environment } = runOf([])
    write(older, 1)
    write(newer, 2, { environment: { ...environment, nodeVersion: '26.0.0' } })
    const refused = await start('compare', older, newer)
    expect(refused.stdout).toContain('different  Node 24.21.0 against 26.0.0')
    expect(refused.stdout).toMatch(/P50 +1\.00 ms +2\.00 ms +2\.00 × +not judged\n/)
    expect(refused.exitCode).toBe(4)
    const allowed = await start('compare', older, newer, '--allow-unlike')
    expect(allowed.stdout).toContain('differ in Node')
    expect(allowed.exitCode).toBe(0)
  })

  test('a file cannot control the terminal', async () => {
    const name = '\u001b]0;owned\u0007mixed\u009b2J'
    for (const runId of [older, newer]) {
      write(runId, 1, { scenarios: [scenarioOf(name)], profile: name })
    }
    for (const args of [
      ['compare', older],
      ['results', 'list'],
    ]) {
      const { stdout } = await start(...args)
      expect(stdout).toContain('owned')
      // oxlint-disable-next-line no-control-regex
      expect(stdout).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/)
    }
  })

  test.each([
    [[], /^Missing required argument 'baseline'\. See npm run compare -- --help/],
    [['20260102', '20260103', '--json', '--csv'], /Give one of --markdown, --json and --csv/],
    [['20260102', '--json', '--out', '/none/such'], /--out: .*\/none\/such/],
  ])('%j is refused in one line, with exit code 2', async (args, message) => {
    write(older, 1)
    write(newer, 2)
    const { exitCode, stderr } = await start('compare', ...args)
    expect(stderr).toMatch(message)
    expect(stderr.trim().split('\n')).toHaveLength(1)
    expect(exitCode).toBe(2)
  })
})

describe('npm run results', () => {
  test('list shows the newest run first and names unreadable files', async () => {
    write(older, 1)
    write(newer, 2)
    writeFileSync(join(folder(), 'old.json'), '{"schemaVersion":9}')
    const { exitCode, stdout, stderr } = await start('results', 'list')
    expect(stdout).toMatch(
      /20260103T.*2026-01-03 03:04:05 +0a1b2c3 main +programs, Redis 7\.0\.15, NATS 2\.9\.10 +mixed +1 passed\n.*20260102T/,
    )
    expect(stderr).toMatch(/^left out: .*old\.json: has schemaVersion 9; .*\n$/)
    expect(exitCode).toBe(0)
    const json = JSON.parse((await start('results', 'list', '--json')).stdout) as object
    expect(json).toMatchObject({ runs: [{ runId: newer }, { runId: older }], broken: [{}] })
  })

  test('list shows no runs of an empty folder and refuses a missing one', async () => {
    const empty = await start('results', 'list', '--results', folder())
    expect(empty.stdout).toContain('no runs')
    expect(empty.exitCode).toBe(0)
    const missing = await start('results', 'list', '--results', join(folder(), 'none'))
    expect(missing.stderr).toMatch(/^--results: there is no folder .*none\.\n$/)
    expect(missing.exitCode).toBe(2)
  })

  test('show prints the report from the file', async () => {
    write(older, 1)
    const { exitCode, stdout } = await start('results', 'show', '2026')
    expect(stdout).toMatch(/^20260102T030405Z-0a1b2c3 {2}Redis 7\.0\.15 and NATS 2\.9\.10/)
    expect(stdout).toContain('measurement: valid')
    expect(stdout).toMatch(/Measurement valid\. 1 scenario in/)
    expect(exitCode).toBe(0)
  })

  test('show --every prints how figures changed over time', async () => {
    write(older, 1)
    const { exitCode, stdout } = await start('results', 'show', '2026', '--every', '30s')
    expect(stdout).toMatch(
      /^20260102T030405Z-0a1b2c3\n\nmixed\n +from second +a so far +P50 +P95\n +0 /,
    )
    expect(exitCode).toBe(0)
  })

  test('export rebuilds the files of a run', async () => {
    const json = write(older, 1)
    for (const [form, ending] of [
      ['--csv', '.csv'],
      ['--intervals', '.intervals.csv'],
      ['--json', '.json'],
    ] as const) {
      const text = readFileSync(json.replace(/\.json$/, ending), 'utf8')
      expect((await start('results', 'export', older, form)).stdout).toBe(text)
    }
  })

  test.each([
    [['lst'], /^Unknown command 'lst' \(Did you mean list\?\)/],
    [
      ['export', older],
      /give one --format: csv, intervals, slo, faults, metrics, micro, markdown, json, hgrm, /,
    ],
    [['show', older, '--every', '1500ms'], /--every: "1500ms" must be whole seconds, at least 1s/],
    [['show', older, '--every', '30'], /--every: "30" is not a duration/],
  ])('%j is refused in one line, with exit code 2', async (args, message) => {
    write(older, 1)
    const { exitCode, stderr } = await start('results', ...args)
    expect(stderr).toMatch(message)
    expect(exitCode).toBe(2)
  })
})
