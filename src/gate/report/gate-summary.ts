import { STAGES } from '../gate-options.ts'
import { isEqual } from '../versions/sameness.ts'
import { countsTable, driftTable, pairsTable } from './calls-tables.ts'
import { clock } from './figures.ts'
import type { GateReport } from './gate-report.ts'
import { roundsTable } from './rounds-table.ts'
import type { StageTable } from './stage-table.ts'

/** The results of every stage that ran, in order. */
export function tablesOf({ stages }: GateReport): readonly StageTable[] {
  const { counts, pairs, drift, rounds } = stages
  return [
    counts.kind === 'skipped' ? null : countsTable(counts),
    pairs.kind === 'skipped' ? null : pairsTable(pairs),
    drift.kind === 'skipped' ? null : driftTable(drift),
    rounds.kind === 'skipped' ? null : roundsTable(rounds),
  ].filter((table) => table !== null)
}

/** The verdict in words, and of which versions. */
export function headline({
  verdict,
  status,
  stages,
  sameness,
  baseline,
  candidate,
}: GateReport): string {
  const of = `${candidate.version} against ${baseline.version}`
  const isMeasured = Object.values(stages).some(({ kind }) => kind !== 'skipped')
  if (status === 'interrupted' && verdict !== 'regression') {
    return `interrupted: ${of} is undecided`
  }
  if (isMeasured) return `${verdict}: ${of}`
  return isEqual(sameness)
    ? `${verdict}: ${of}, without measuring: they are equal`
    : `${verdict}: ${of}, because nothing was measured`
}

/** What was measured, where, and what was not. */
export function summaryLines(report: GateReport): readonly string[] {
  const { stages, sameness, subject, environment, elapsedMs, runs } = report
  const equal = `${subject.join(', ')}, its packages and Node are the same in both`
  const skipped = STAGES.flatMap((name) => {
    const stage = stages[name]
    return stage.kind === 'skipped' ? [`${name}: skipped, ${stage.why}`] : []
  })
  const isMeasured = skipped.length < STAGES.length
  if (isEqual(sameness) && !isMeasured) return [`${equal}; --measure-equal measures them anyway`]
  return [
    ...skipped,
    ...(isEqual(sameness) ? [`${equal}: this is A against A`] : []),
    `${clock(elapsedMs)} min on ${environment}; percentages apply to that machine`,
    `report (gate.html, gate.json) and run files: ${runs}`,
  ]
}
