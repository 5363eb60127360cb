import { relativePath } from '../error-text.ts'
import type { TestSpecification, Vitest } from 'vitest/node'
import { bracketOf, MAX_RATE, nextRate, type CapacitySearch } from '../../load/capacity.ts'
import { InputError } from '../../input-error.ts'
import { ANY_PROBE, lowestRate, probeMs, type LeastRequests } from '../../load/least-requests.ts'
import { judgeProbe, type ProbeJudgement } from './judge-probe.ts'
import { type ProbeEntry } from '../../run-file/run-file.ts'
import { renderLeast, renderProbe } from '../../report/terminal/capacity.ts'
import { paint } from '../../report/terminal/paint.ts'
import type { RunRecord } from '../../run-file/write/run-record.ts'
import type { ProbeReporter } from '../probe-reporter.ts'

/** The parameters of a search. */
export interface SearchPlan {
  /** The first rate, requests/s, from 1 to `MAX_RATE`. */
  readonly from: number
  /** See `CapacitySearch`. */
  readonly precision: number
  /** The minimum time to measure a rate, in ms; > 0. */
  readonly durationMs: number
  readonly reporter: ProbeReporter
  /** Keeps every probe as soon as it is judged. */
  readonly record: RunRecord
  /** A signal may arrive between two probes, without a run to cancel. */
  readonly isInterrupted: () => boolean
  readonly print: (line: string) => void
}

/**
 * Runs the scenario at one rate after another until the search is done or interrupted, and keeps its
 * findings in the record.
 * @throws InputError if the scenario does not allow a search for its capacity.
 */
export async function findCapacity(
  vitest: Vitest,
  scenario: TestSpecification,
  plan: SearchPlan,
): Promise<void> {
  const { from, precision, durationMs, record, print } = plan
  const file = relativePath(scenario.moduleId, vitest.config.root)
  const probes: ProbeEntry[] = []
  // The scenario's SLO, and so the requests that it needs, are known after the first run.
  let least: LeastRequests | null = null
  for (;;) {
    const needed: LeastRequests = least ?? ANY_PROBE
    const search = searchFor(plan, needed)
    const rate = nextRate(probes, search)
    if (rate === null || plan.isInterrupted()) return
    const probedMs = probeMs(rate, needed, durationMs)
    const judgement = await runProbe(vitest, scenario, { ...plan, file, rate, probedMs })
    if (judgement === null) return
    const { probe, name } = judgement
    if (least === null) {
      least = judgement.least
      print(`${paint('bold', name)}\n${renderLeast(least, searchFor(plan, least), durationMs)}`)
      const isEnough = rate * probedMs >= least.requests * 1_000
      if (!isEnough) continue
    }
    probes.push(probe)
    const bracket = bracketOf(probes, search)
    record.setCapacity({ name, file, durationMs, from, precision, probes: [...probes], bracket })
    print(renderProbe(probe))
  }
}

function searchFor(
  { from, precision, durationMs }: SearchPlan,
  least: LeastRequests,
): CapacitySearch {
  const lowest = lowestRate(least, durationMs, MAX_RATE)
  return { from: Math.max(from, lowest), precision, lowest, highest: MAX_RATE }
}

interface ProbePlan extends SearchPlan {
  readonly file: string
  readonly rate: number
  readonly probedMs: number
}

/** The judgement of one rate; `null` if interrupted. */
async function runProbe(
  vitest: Vitest,
  scenario: TestSpecification,
  { file, rate, probedMs, reporter, isInterrupted }: ProbePlan,
): Promise<(ProbeJudgement & { kind: 'judged' }) | null> {
  scenario.project.provide('offeredRate', rate)
  // The test's own process reads its settings from the environment, which it inherits.
  process.env['BENCH_DURATION'] = `${probedMs}ms`
  await vitest.runTestSpecifications([scenario])
  const { entries, errors } = reporter.take()
  const judgement = judgeProbe(rate, entries)
  if (judgement.kind === 'interrupted') return null
  if (judgement.kind !== 'judged' && isInterrupted()) return null
  if (errors.length > 0) throw new InputError(errors.join('; '))
  if (judgement.kind === 'unfit') throw new InputError(`${file}: ${judgement.message}`)
  return judgement
}
