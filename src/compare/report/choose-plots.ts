import { InputError } from '../../input-error.ts'
import { percentileMs } from '../../load/recording/histogram.ts'
import { deserializeHistogram } from '../../run-file/json/histogram-json.ts'
import type { HistogramJson } from '../../run-file/schema/values-schema.ts'
import type { RunFile, ScenarioEntry } from '../../run-file/run-file.ts'
import { matchScenarios } from '../decision/match-scenarios.ts'
import { renderPercentilePlot, type LatencyByPercentile } from './percentile-plot.ts'

/** An operation's service times in both runs. */
interface Plottable {
  readonly scenario: string
  readonly operation: string
  readonly baseline: HistogramJson
  readonly candidate: HistogramJson
}

/** Up to this many operations are all plotted, unless one is named. */
const MAX_UNNAMED = 2

/**
 * Plots the named operation; without a name, all operations if there are few, else the one that differs
 * most. Only plotted histograms are decoded.
 * @param named `scenario/operation`, where part of the scenario's name is enough; `null`: none.
 * @throws InputError if the name matches no operation, or several.
 */
export function percentilePlots(
  baseline: RunFile,
  candidate: RunFile,
  named: string | null,
): readonly string[] {
  const operations = plottables(baseline, candidate)
  const chosen = named === null ? mostDifferent(operations) : [operationNamed(named, operations)]
  return chosen.flatMap((operation) => {
    const title = `${operation.scenario}/${operation.operation}, service time by percentile`
    const plot = renderPercentilePlot(
      title,
      latency(operation.baseline),
      latency(operation.candidate),
    )
    return plot === null ? [] : [plot]
  })
}

function plottables(baseline: RunFile, candidate: RunFile): readonly Plottable[] {
  return matchScenarios(baseline, candidate).pairs.flatMap((pair): readonly Plottable[] => {
    const others = new Map(operationsOf(pair.candidate).map((other) => [other.name, other]))
    return operationsOf(pair.baseline).flatMap(({ name, service }) => {
      const other = others.get(name)
      if (other === undefined) return []
      const { name: scenario } = pair.baseline
      return [{ scenario, operation: name, baseline: service, candidate: other.service }]
    })
  })
}

function operationsOf(scenario: ScenarioEntry) {
  return scenario.state === 'measured' ? scenario.result.operations : []
}

function mostDifferent(operations: readonly Plottable[]): readonly Plottable[] {
  if (operations.length <= MAX_UNNAMED) return operations
  return operations.toSorted((a, b) => differenceOf(b) - differenceOf(a)).slice(0, 1)
}

/** The larger of the differences in P50 and P95, in either direction; higher percentiles differ by chance. */
function differenceOf({ baseline, candidate }: Plottable): number {
  const differences = (['p50Ms', 'p95Ms'] as const).map((figure) => {
    const [a, b] = [baseline.figures[figure], candidate.figures[figure]]
    return a === null || b === null || a === 0 || b === 0 ? 0 : Math.abs(Math.log(b / a))
  })
  return Math.max(...differences)
}

function operationNamed(named: string, operations: readonly Plottable[]): Plottable {
  const label = ({ scenario, operation }: Plottable): string => `${scenario}/${operation}`
  const slash = named.lastIndexOf('/')
  const [scenario, operation] = [named.slice(0, Math.max(slash, 0)), named.slice(slash + 1)]
  const exact = operations.filter((other) => label(other) === named)
  const matching =
    exact.length > 0
      ? exact
      : operations.filter(
          (other) =>
            other.operation === operation &&
            other.scenario.toLowerCase().includes(scenario.toLowerCase()),
        )
  const [only, ...others] = matching
  if (only !== undefined && others.length === 0) return only
  const choice = (only === undefined ? operations : matching).slice(0, 6).map(label).join(', ')
  throw new InputError(
    only === undefined
      ? `--plot ${named}: no such operation in both runs. Name one such as ${choice || 'scenario/operation'}.`
      : `--plot ${named}: several operations match: ${choice}. Give more of the scenario's name.`,
  )
}

function latency(service: HistogramJson): LatencyByPercentile {
  const histogram = deserializeHistogram(service)
  return (percentile) => percentileMs(histogram, percentile)
}
