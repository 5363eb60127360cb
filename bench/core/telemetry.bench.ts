import { left, renderTable, right } from '../../src/report/terminal/table.ts'
import { medianOf } from '../../src/stats/quantile.ts'
import type { OperationName } from './access/operations.ts'
import { reportContenders } from './measuring/compare.ts'
import { test } from './measuring/core-test.ts'
import { type Figure, judgeFigure, renderFigures, US } from './measuring/figures.ts'
import { type Contender, interleave, type Sample, type Samples } from './measuring/interleave.ts'
import { startCollector } from './telemetry/collector.ts'
import { RunningVariant } from './telemetry/running-variant.ts'
import {
  API_ALONE,
  METRICS,
  OFF,
  SOME_TRACES,
  type Variant,
  VARIANTS,
} from './telemetry/variants.ts'

/** Calls per round: enough for a process to be warm again after the others ran. */
const CALLS = { register: 300, enumerate: 30, multicast: 8 } as const satisfies Partial<
  Record<OperationName, number>
>
const OPERATION_NAMES = Object.keys(CALLS) as readonly (keyof typeof CALLS)[]
const SCRAPE = 'GET /metrics'

/**
 * Sets of processes, one after the other. Two processes that do the same differ by a few percent in speed, so a fifth of the run
 * is two sets, and a figure that misses its bound in some of them only is inconclusive.
 */
const SETS = 10
/** CI, which prints the ratios of a busy machine and judges none, measures one set. */
const SETS_VARIABLE = 'BENCH_TELEMETRY_SETS'
const ROUNDS_PER_SET = 12
const WARM_UP_ROUNDS = 4

/*
 * What telemetry costs: each operation, one call at a time, by processes that differ in nothing but what they tell
 * OpenTelemetry. A process has one SDK for all of its registries, so each variant has a process of its own.
 */
test('telemetry: each operation with and without it', async ({
  annotate,
  bench,
  judge,
  openTestbed,
  servers,
  onTestFinished,
}) => {
  const collector = await startCollector()
  onTestFinished(() => collector.stop())
  const running = new Set<RunningVariant>()
  const stopAll = async (): Promise<void> => {
    await Promise.all([...running].map((variant) => variant.stop()))
    running.clear()
  }
  onTestFinished(stopAll)
  const { redisUrl, natsUrls } = servers
  const { namespace } = await openTestbed('telemetry')
  const start = async (variant: Variant, number: number): Promise<readonly Contender[]> => {
    const place = { redisUrl, natsUrls, namespace: `${namespace}-${number}`, otlp: collector.url }
    const started = new RunningVariant({ variant, ...place })
    running.add(started)
    await started.ready()
    return contendersOf(variant, started)
  }
  const samples = new Map<string, Sample[]>()
  const sets = setsOf(process.env[SETS_VARIABLE])
  for (let set = 0; set < sets; set += 1) {
    const contenders = (await Promise.all(VARIANTS.map(start))).flat()
    const length = { rounds: ROUNDS_PER_SET, warmUpRounds: WARM_UP_ROUNDS }
    for (const [name, own] of await interleave(contenders, length)) {
      const all = samples.get(name) ?? []
      for (const { round, ms } of own) all.push({ round: set * ROUNDS_PER_SET + round, ms })
      samples.set(name, all)
    }
    await stopAll()
  }
  await reportContenders(bench, samples)
  await annotate(`\n${costTable(samples)}\n\n${renderFigures(FIGURES, samples)}`)
  await judge(FIGURES.map((figure) => judgeFigure(figure, samples)))
})

const FIGURES: readonly Figure[] = [
  registerFigure(API_ALONE, 1.01),
  registerFigure(METRICS, 1.05),
  registerFigure(SOME_TRACES, 1.1),
]

function registerFigure(variant: string, atMost: number): Figure {
  return {
    what: `register's time with ${variant}, by its time with ${OFF}`,
    ratio: [nameOf('register', variant), nameOf('register', OFF)],
    must: { atMost },
  }
}

function contendersOf(variant: Variant, running: RunningVariant): readonly Contender[] {
  const operations = OPERATION_NAMES.map((what): Contender => {
    const calls = CALLS[what]
    return { name: nameOf(what, variant.name), calls, run: () => running.time({ what, calls }) }
  })
  if (variant.name !== METRICS) return operations
  return [...operations, { name: SCRAPE, run: () => running.time({ what: 'scrape', calls: 1 }) }]
}

function nameOf(operation: string, variant: string): string {
  return `${operation}, ${variant}`
}

/** Each variant's time by that without telemetry, for each operation. */
function costTable(samples: Samples): string {
  const medianMs = (name: string): number => medianOf((samples.get(name) ?? []).map(({ ms }) => ms))
  const columns = [left(`× time, ${OFF}`), ...OPERATION_NAMES.map((operation) => right(operation))]
  const rows = VARIANTS.map(({ name }) => [
    name,
    ...OPERATION_NAMES.map((operation) => {
      const offMs = medianMs(nameOf(operation, OFF))
      if (name === OFF) return `${(offMs / US).toFixed(0)} µs`
      return (medianMs(nameOf(operation, name)) / offMs).toFixed(3)
    }),
  ])
  return `${renderTable(columns, rows)}\n\n${SCRAPE}: ${medianMs(SCRAPE).toFixed(2)} ms`
}

/** @throws RangeError unless it is a whole number from 1 to 100, or nothing. */
function setsOf(text: string | undefined): number {
  const sets = text ? Number(text) : SETS
  if (Number.isInteger(sets) && sets >= 1 && sets <= 100) return sets
  throw new RangeError(`${SETS_VARIABLE}: "${text}" must be a whole number from 1 to 100.`)
}
