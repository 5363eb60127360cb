import { formatBound } from '../../src/format-bound.ts'
import { formatCount, formatSeconds } from '../../src/format.ts'
import { markdownTable, markdownText } from '../../src/report/markdown/markdown.ts'
import type { RunFile, ScenarioEntry } from '../../src/run-file/run-file.ts'

type Measured = Extract<ScenarioEntry, { state: 'measured' }>
type Operation = Measured['result']['operations'][number]
type Losses = NonNullable<Operation['losses']>

const HEADINGS = [
  'scenario',
  'faults',
  'servers',
  'longest unavailability',
  'recovery',
  'lost registrations',
  'lost messages',
  'duplicates',
]

/** Not measured: no bound on it, or nothing promised. */
const NONE = '–'

/** What each fault cost, a row per scenario with faults and run, as Markdown. */
export function faultTable(runs: readonly RunFile[]): string {
  const rows = runs.flatMap((run) =>
    run.scenarios.flatMap((scenario) =>
      scenario.state === 'measured' && scenario.result.faults.length > 0
        ? [rowOf(scenario, serversOf(run))]
        : [],
    ),
  )
  return markdownTable(
    HEADINGS,
    rows.toSorted(([a = ''], [b = '']) => (a < b ? -1 : a > b ? 1 : 0)),
  )
}

function rowOf(scenario: Measured, servers: string): readonly string[] {
  const { operations, faults } = scenario.result
  const losses = operations.flatMap((operation) => operation.losses ?? [])
  return [
    markdownText(scenario.name),
    faults.map(faultText).join('<br>'),
    servers,
    longestUnavailability(operations),
    recoveryOf(scenario),
    lostOf(losses, 'registrations'),
    lostOf(losses, 'messages'),
    duplicatesOf(losses),
  ]
}

function serversOf({ system }: RunFile): string {
  if (!('servers' in system)) return NONE
  return [
    system.kind,
    ...system.servers.flatMap(({ name, topology }) =>
      topology === undefined ? [] : [`${markdownText(name)} ${markdownText(topology)}`],
    ),
  ].join('; ')
}

function faultText(fault: Measured['result']['faults'][number]): string {
  const when = formatBound(Math.round(fault.plannedAtMs / 100) * 100, 'ms')
  const what = `${when}: ${markdownText(fault.label)}`
  return fault.state === 'injected' ? what : `${what} (${fault.state})`
}

/** Of the operation that went longest without a success. */
function longestUnavailability(operations: readonly Operation[]): string {
  const known = operations.flatMap(({ name, unavailableMs }) =>
    typeof unavailableMs === 'number' ? [{ name, unavailableMs }] : [],
  )
  const [longest] = known.toSorted((a, b) => b.unavailableMs - a.unavailableMs)
  if (longest === undefined) return NONE
  return `${formatSeconds(longest.unavailableMs, 2)} (${markdownText(longest.name)})`
}

/** The longest of all bounds on recovery. An inconclusive one may be the generator's, or not be the end of it. */
function recoveryOf({ slo }: Measured): string {
  const rows = slo.filter(({ metric }) => metric === 'recovery')
  const [longest] = rows.toSorted((a, b) => (b.measured ?? Infinity) - (a.measured ?? Infinity))
  if (longest === undefined) return NONE
  if (longest.measured === null) return 'unknown'
  const time = formatSeconds(longest.measured, 2)
  return longest.outcome === 'inconclusive' ? `${time} (inconclusive)` : time
}

function lostOf(all: readonly Losses[], of: 'registrations' | 'messages'): string {
  const known = all.filter((losses) => losses.kind === 'known' && losses.of === of)
  if (known.length === 0) return all.some(({ kind }) => kind === 'unknown') ? 'unknown' : NONE
  const sum = (count: 'lost' | 'promised'): number =>
    known.reduce((total, losses) => total + (losses.kind === 'known' ? losses[count] : 0), 0)
  return `${formatCount(sum('lost'))} of ${formatCount(sum('promised'))}`
}

function duplicatesOf(all: readonly Losses[]): string {
  const counts = all.flatMap((losses) => (losses.kind === 'known' ? (losses.duplicates ?? []) : []))
  if (counts.length === 0) return NONE
  return formatCount(counts.reduce((total, count) => total + count, 0))
}
