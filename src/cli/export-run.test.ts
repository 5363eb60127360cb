import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { runOf, scenarioOf } from '../run-file/testing/run-fixture.ts'
import type { RunFile } from '../run-file/run-file.ts'
import { ended, startCommand, useResultsFolder, type Ended } from './testing/command.ts'

const folder = useResultsFolder()
const runId = '20260102T030405Z-0a1b2c3'

function write(run: RunFile): void {
  writeFileSync(join(folder(), `${run.runId}.json`), JSON.stringify(run))
}

function exported(...args: readonly string[]): Promise<Ended> {
  return ended(startCommand(['results', 'export', runId, ...args], { BENCH_RESULTS: folder() }))
}

describe('npm run results -- export', () => {
  test.each([
    ['hlog', /^#\[Run .*\n[^]*\nTag=mixed\.a\.service,/],
    ['openmetrics', /^# TYPE [^]*\n# EOF\n$/],
    ['github-action-benchmark', /^\[\n {2}\{\n {4}"name": "mixed \/ a: service time P50"/],
    ['bencher', /^\{\n {2}"mixed \/ a": \{/],
    ['csv', /^runId,/],
    ['markdown', /^### ✅ No SLO was judged\. Measurement valid\.\n/],
  ])('writes %s to standard output or a file', async (format, text) => {
    write(runOf([scenarioOf('mixed')]))
    const { exitCode, stdout, stderr } = await exported('--format', format)
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
    expect(stdout).toMatch(text)
    const path = join(folder(), 'exported')
    expect(await exported('--format', format, '--out', path)).toMatchObject({ exitCode: 0 })
    expect(readFileSync(path, 'utf8')).toBe(stdout)
  })

  test('writes hgrm as files into a folder, which it creates', async () => {
    write(runOf([scenarioOf('mixed')]))
    const out = join(folder(), 'a', 'hgrm')
    const { exitCode, stderr } = await exported('--format', 'hgrm', '--out', out)
    expect(exitCode).toBe(0)
    const names = readdirSync(out)
    expect(names.toSorted()).toEqual(
      ['lateness', 'response', 'service'].map((time) => `${runId}.mixed.a.${time}.hgrm`),
    )
    for (const name of names) expect(stderr).toContain(`${join(out, name)}\n`)
  })

  test.each(['hlog', 'openmetrics', 'github-action-benchmark', 'bencher'])(
    'refuses %s of an invalid measurement without --allow-invalid',
    async (format) => {
      const reasons = [{ figure: 'x', measured: 1, threshold: 1, message: 'it was late' }]
      write(runOf([scenarioOf('mixed', {}, { verdict: { kind: 'invalid', reasons } })]))
      const refused = await exported('--format', format, '--out', join(folder(), 'none'))
      expect(refused.exitCode).toBe(3)
      expect(refused.stderr).toMatch(
        /^not exported: "mixed": its measurement is invalid: it was late\nReaders of .* --allow-invalid\n$/,
      )
      expect(readdirSync(folder())).toEqual([`${runId}.json`])
      const allowed = await exported('--format', format, '--allow-invalid')
      expect(allowed.exitCode).toBe(0)
      expect(allowed.stderr).toMatch(
        /^warning: "mixed": its measurement is invalid: it was late\n$/,
      )
      expect(allowed.stdout).toMatch(/not to be trusted|Do not trust|measurement_valid.* 0/)
    },
  )

  test('refuses an interrupted load and a shard', async () => {
    const { result, ...scenario } = scenarioOf('mixed')
    write(runOf([{ ...scenario, result: { ...result, isInterrupted: true } }]))
    expect((await exported('--format', 'bencher')).stderr).toContain('it was interrupted')
    const shared = { startAt: '2026-01-02T03:04:05Z', namespace: 'x' }
    const generators = { kind: 'shard', shard: 1, of: 2, ...shared } as const
    write(runOf([scenarioOf('mixed')], { generators }))
    expect((await exported('--format', 'bencher')).stderr).toContain('it is shard 1 of 2 of a load')
  })

  test.each([
    [
      ['--format', 'openmetric'],
      /^--format: "openmetric" is not one of .* Did you mean "openmetrics"\?\n$/,
    ],
    [
      ['--format', 'hgrm'],
      /^export: hgrm is 3 files here: name a folder by --out, such as --out hgrm\.\n$/,
    ],
    [['--format', 'csv', '--json'], /^export: give one --format: /],
    [['--format', 'metrics'], /wrote no check, tag or metric: nothing to export\.\n$/],
    [['--format', 'csv', '--out', '/none/such'], /^--out: \/none\/such: /],
  ])('%j is refused in one line, with exit code 2', async (args, message) => {
    write(runOf([scenarioOf('mixed')]))
    const { exitCode, stderr } = await exported(...args)
    expect(stderr).toMatch(message)
    expect(exitCode).toBe(2)
  })

  test('a run that measured no load has nothing to export', async () => {
    write(runOf([]))
    const { exitCode, stderr } = await exported('--format', 'openmetrics')
    expect(stderr).toBe(`export: ${runId} measured no load: nothing to export.\n`)
    expect(exitCode).toBe(2)
  })
})
