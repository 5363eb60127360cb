import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { readRunFile } from '../src/run-file/read/read-run-file.ts'

/**
 * Checks the results of one `npm run bench`: everything was measured, against the requested servers, and no
 * request or message was lost. Does not check speed.
 */
const [, , folder = 'results', kind = ''] = process.argv
const SCENARIOS = [
  'enumerate.load.ts',
  'mixed.load.ts',
  'multicast.load.ts',
  'register.load.ts',
  'watch.load.ts',
]

const complaints: string[] = []
const check = (holds: boolean, complaint: string): void => {
  if (!holds) complaints.push(complaint)
}

const files = readdirSync(folder)
const [name, ...others] = files.filter((file) => file.endsWith('.json'))
if (name === undefined) throw new Error(`no run file in ${folder}`)
check(others.length === 0, `more than one run file: ${others.join(', ')}`)
for (const suffix of ['.csv', '.intervals.csv']) {
  check(files.includes(name.replace('.json', suffix)), `no ${suffix} file`)
}

const run = await readRunFile(join(folder, name))
check(run.status === 'complete', `the run is ${run.status}`)
check(run.system.kind === kind, `measured against ${run.system.kind}, not ${kind}`)
check(run.microBenchmarks.length > 0, 'no micro-benchmarks')
const measured = run.scenarios.map(({ file }) => file.replace('bench/', ''))
check(measured.toSorted().join() === SCENARIOS.join(), `scenarios: ${measured.join(', ')}`)
for (const scenario of run.scenarios) {
  if (scenario.state === 'unmeasured') {
    complaints.push(`${scenario.name}: ${scenario.error}`)
    continue
  }
  check(scenario.slo.length > 0, `${scenario.name}: no SLO was judged`)
  for (const { name: operation, counts, deliveries } of scenario.result.operations) {
    const what = `${scenario.name}: ${operation}`
    check(counts.planned > 0, `${what}: nothing was sent`)
    check(counts.ok === counts.planned, `${what}: ${JSON.stringify(counts)}`)
    if (operation !== 'multicast') continue
    check(deliveries !== null && deliveries.expected > 0, `${what}: nobody received anything`)
    check(deliveries?.missing === 0, `${what}: ${deliveries?.missing} receipts are missing`)
    check(deliveries?.duplicates === 0, `${what}: ${deliveries?.duplicates} duplicates`)
  }
}

for (const complaint of complaints) console.error(complaint)
console.log(`${name}: ${complaints.length === 0 ? 'everything was measured' : 'problems found'}`)
process.exitCode = complaints.length === 0 ? 0 : 1
