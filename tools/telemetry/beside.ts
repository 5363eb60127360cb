/**
 * Shows that a run's metrics are its run file's figures: `node tools/telemetry/beside.ts [scenario]` runs a scenario of
 * `bench/` while a Prometheus scrapes it every 2 s, and prints Prometheus's last answers beside the figures.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ended, runFilesIn, startCommand } from '../../src/cli/testing/command.ts'
import { freePort } from '../../src/environment/free-port.ts'
import { expectedSeries, seriesName } from '../../src/report/telemetry/testing/expected-series.ts'
import { startPrometheus } from '../../src/report/telemetry/testing/prometheus.ts'
import { readRunFile } from '../../src/run-file/read/read-run-file.ts'

const [scenario = 'mixed'] = process.argv.slice(2)
const folder = mkdtempSync(join(tmpdir(), 'beside-'))
const target = `127.0.0.1:${await freePort()}`
const prometheus = await startPrometheus(target)
const env = { BENCH_SCENARIOS: '', BENCH_BACKEND: 'programs', BENCH_RESULTS: folder }
const { stderr } = await ended(startCommand(['bench', scenario, '--prometheus', target], env))
process.stderr.write(stderr)
const scraped = await prometheus.samples('{__name__=~"loadtest_.+"}')
await prometheus.stop()
const answers = new Map(scraped.map(({ labels, values }) => [seriesName(labels), values]))
const [path = ''] = runFilesIn(folder)
const rows = expectedSeries(await readRunFile(path)).map(({ name, value }) => {
  const values = answers.get(name)
  return { name, value, answer: values?.at(-1) ?? null, samples: values?.length ?? 0 }
})
rmSync(folder, { recursive: true })
for (const { name, value, answer, samples } of rows.filter((row) => !row.name.includes('le='))) {
  process.stdout.write(`| \`${name}\` | ${answer ?? 'none'} | ${value} | ${samples} |\n`)
}
const isEqual = (a: number | null, b: number) => a !== null && Math.abs(a - b) <= 1e-9 * Math.abs(b)
const equal = rows.filter(({ answer, value }) => isEqual(answer, value)).length
process.stdout.write(`${equal} of ${rows.length} series are equal, ${answers.size} were scraped\n`)
process.exitCode = equal === rows.length && answers.size === rows.length ? 0 : 1
