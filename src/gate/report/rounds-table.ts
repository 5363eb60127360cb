import { counted, formatCount, formatSeconds } from '../../format.ts'
import { labelOf } from '../decision/metric.ts'
import type { Look } from '../decision/plan.ts'
import type { Evidence, JudgedComparison, Verdict } from '../decision/verdict.ts'
import { describeRefusals } from '../rounds/describe-comparisons.ts'
import { change, confidence, findable, interval, level, probability } from './figures.ts'
import type { GateReport } from './gate-report.ts'
import type { StageTable } from './stage-table.ts'

type Rounds = Extract<GateReport['stages']['rounds'], { kind: 'measured' }>

const HEADINGS = [
  'scenario',
  'operation',
  'metric',
  'baseline',
  'candidate',
  'change',
  'interval',
  'p',
  'rounds',
  'found in 80 %',
] as const

/** Rounds: one row per comparison. */
export function roundsTable(rounds: Rounds): StageTable {
  return {
    stage: 'rounds',
    headings: HEADINGS,
    names: 3,
    optional: ['found in 80 %', 'p', 'rounds', 'candidate', 'baseline', 'interval'],
    rows: shown(rounds).map((judged) => ({
      cells: cellsOf(judged),
      verdict: judged.verdict.kind,
      says: describe(judged.verdict),
    })),
    findings: evidenceLines(rounds),
    notes: [...refusalLines(rounds), ...summaryLines(rounds)],
  }
}

/** Refusals of default metrics are listed below the table. */
function shown({ comparisons }: Rounds): readonly JudgedComparison[] {
  return comparisons.filter(
    ({ comparison, verdict }) => verdict.kind !== 'refused' || comparison.isAsked,
  )
}

function refusalLines({ comparisons, durationMs }: Rounds): readonly string[] {
  const refused = comparisons.flatMap(({ comparison, verdict }) =>
    verdict.kind === 'refused' && !comparison.isAsked ? [{ comparison, ...verdict }] : [],
  )
  return describeRefusals(refused, durationMs).map((line) => `not judged: ${line}`)
}

/** A row's cells without the verdict. */
function cellsOf({ comparison, verdict, detectable }: JudgedComparison): readonly string[] {
  const { scenario, operation, metric } = comparison
  const name = [scenario, operation ?? 'all', labelOf(metric)]
  const evidence = 'evidence' in verdict ? verdict.evidence : null
  if (evidence === null) return [...name, ...HEADINGS.slice(3).map(() => '–')]
  return [
    ...name,
    level(evidence.baseline, evidence),
    level(evidence.candidate, evidence),
    change(evidence.estimate, evidence),
    `${interval(evidence)} (${confidence(evidence)})`,
    probability(pOf(verdict, evidence)),
    String(evidence.rounds),
    findable(detectable, evidence),
  ]
}

/** The p-value of the change found; otherwise that of a change for the worse. */
function pOf({ kind }: Verdict, { pWorse, pBetter }: Evidence): number {
  return kind === 'improvement' ? pBetter : pWorse
}

function describe(verdict: Verdict): string {
  switch (verdict.kind) {
    case 'pass':
    case 'regression':
    case 'improvement':
      return verdict.kind
    case 'refused':
      return `refused: ${counted(verdict.requests, 'request')} per round, ${formatCount(verdict.needed)} needed`
    case 'not comparable':
      return `not comparable: ${verdict.why}`
    case 'inconclusive':
      return `inconclusive: ${reasonOf(verdict.why)}`
  }
}

function reasonOf(why: Extract<Verdict, { kind: 'inconclusive' }>['why']): string {
  switch (why.kind) {
    case 'noise':
      return 'the rounds scatter too much'
    case 'budget':
      return 'too few rounds'
    case 'not confirmed':
      return `a ${why.direction} was not confirmed`
    case 'confirmation missing':
      return `no time to confirm a ${why.direction}`
    case 'unusable rounds':
      return `${counted(why.count, 'unusable round')}; the last one: ${why.why}`
  }
}

/** The evidence of each change, and the flaws of the candidate's measurements. */
function evidenceLines({ comparisons }: Rounds): readonly string[] {
  return comparisons.flatMap(({ comparison, verdict, flaw }) => {
    const flaws = flaw === null ? [] : [`${comparison.id}, candidate: ${flaw}`]
    if (!('screening' in verdict)) return flaws
    const { screening, evidence } = verdict
    const shownOf = (part: Evidence) =>
      `${change(part.estimate, part)} (p ${probability(pOf(verdict, part))} ≤ ${probability(part.alpha)}, ${confidence(part)} interval ${interval(part)})`
    return [
      `${verdict.kind} of ${comparison.id}: ${shownOf(screening)} in ${counted(screening.rounds, 'round')}, confirmed by ${counted(evidence.rounds, 'fresh one')}: ${shownOf(evidence)}`,
      ...flaws,
    ]
  })
}

function summaryLines({ plan, rounds, meanRoundMs }: Rounds): readonly string[] {
  const each = meanRoundMs === null ? '' : `, ${formatSeconds(meanRoundMs)} each`
  const made = `${counted(rounds.length, 'open-loop round')}${each}`
  if (plan === null) return [`${made}: no round was completed`]
  return [
    made,
    `a regression of rounds is a change of at least ${plan.effects.latency * 100} % of a time after ${listOf(plan.looks)}, confirmed by fresh rounds alone after ${listOf(plan.confirmation)}; pass: the interval excludes ${plan.effects.latency * 200} %`,
  ]
}

/** `10 (p ≤ 0.025) or 20 (p ≤ 0.025) rounds`. */
function listOf(looks: readonly Look[]): string {
  const all = looks.map(({ rounds, alpha }) => `${rounds} (p ≤ ${probability(alpha)})`)
  return `${all.join(' or ')} rounds`
}
