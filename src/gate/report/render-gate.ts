import { renderTable } from '../../results/render-table.ts'
import type { JudgedComparison, Verdict } from '../decision/verdict.ts'
import { labelOf } from '../decision/metric.ts'
import { paint } from '../../results/render-scenario.ts'
import { describeRefusals } from '../rounds/describe-comparisons.ts'
import { isEqual } from '../versions/sameness.ts'
import { change, clock, interval, level, probability, smallest } from './figures.ts'
import type { GateReport } from './gate-report.ts'

const HEADINGS = [
  'scenario',
  'operation',
  'metric',
  'base',
  'head',
  'change',
  'interval',
  'p',
  'rounds',
  'could see',
  'verdict',
] as const

/** All that a gate has to say at its end: whole lines without a final newline. */
export function renderGate(report: GateReport): string {
  const columns = HEADINGS.map((heading, index) => ({
    heading,
    align: index >= 3 && heading !== 'verdict' ? ('right' as const) : ('left' as const),
  }))
  const rows = shown(report).map((judged) => [...cellsOf(judged), coloured(judged.verdict)])
  const blocks = [
    rows.length === 0 ? '' : renderTable(columns, rows),
    indented(evidenceLines(report)),
    indented([...refusalLines(report), ...summaryLines(report)]),
    paint('bold', headline(report)),
  ]
  return blocks.filter((block) => block !== '').join('\n\n')
}

function indented(lines: readonly string[]): string {
  return lines.map((line) => `  ${line}`).join('\n')
}

/** The same as Markdown, for a pull request's comment or a job's summary. */
export function renderGateMarkdown(report: GateReport): string {
  const row = (cells: readonly string[]) => `| ${cells.map(escapeCell).join(' | ')} |`
  const rows = shown(report).map((judged) => [...cellsOf(judged), markdownVerdict(judged.verdict)])
  const lines = [
    `### ${ICONS[report.verdict]} Performance gate: ${headline(report)}`,
    '',
    ...(rows.length === 0 ? [] : [HEADINGS, HEADINGS.map(() => '---'), ...rows]).map(row),
    '',
    ...evidenceLines(report).map((line) => `- ${line}\n`),
    '<details><summary>How this was measured</summary>',
    '',
    ...[...refusalLines(report), ...summaryLines(report)].map((line) => `- ${line}`),
    '',
    '</details>',
    '',
  ]
  return lines.join('\n')
}

const ICONS = {
  pass: '✅',
  regression: '❌',
  improvement: '🚀',
  inconclusive: '❔',
  'not comparable': '⛔',
} as const satisfies Record<GateReport['verdict'], string>

function headline({ verdict, status, comparisons, base, head }: GateReport): string {
  const of = `${head.version} against ${base.version}`
  if (status === 'interrupted') return `interrupted: ${of} is undecided`
  if (comparisons.length === 0) return `${verdict}: ${of}, for no round was finished`
  return `${verdict}: ${of}`
}

/** What was refused without having been asked for is said in fewer words. */
function shown({ comparisons }: GateReport): readonly JudgedComparison[] {
  return comparisons.filter(
    ({ comparison, verdict }) => verdict.kind !== 'refused' || comparison.isAsked,
  )
}

function refusalLines({ comparisons, durationMs }: GateReport): readonly string[] {
  const refused = comparisons.flatMap(({ comparison, verdict }) =>
    verdict.kind === 'refused' && !comparison.isAsked ? [{ comparison, ...verdict }] : [],
  )
  return describeRefusals(refused, durationMs).map((line) => `not judged: ${line}`)
}

/** Everything of a row but its verdict. */
function cellsOf({ comparison, verdict }: JudgedComparison): string[] {
  const { scenario, operation, metric } = comparison
  const name = [scenario, operation, labelOf(metric)]
  const evidence = 'evidence' in verdict ? verdict.evidence : null
  if (evidence === null) return [...name, ...HEADINGS.slice(3, -1).map(() => '–')]
  return [
    ...name,
    level(evidence.baseline, evidence),
    level(evidence.candidate, evidence),
    change(evidence.estimate, evidence),
    interval(evidence),
    probability(pOf(verdict)),
    String(evidence.rounds),
    smallest(evidence),
  ]
}

/** Of what was found; of a change for the worse where nothing was. */
function pOf(verdict: Verdict): number {
  if ('adjustedP' in verdict) return verdict.adjustedP
  return 'evidence' in verdict && verdict.evidence !== null ? verdict.evidence.pWorse : 1
}

function describe(verdict: Verdict): string {
  switch (verdict.kind) {
    case 'pass':
    case 'regression':
    case 'improvement':
      return verdict.kind
    case 'refused':
      return `refused: ${verdict.requests} requests a round, ${verdict.needed} are needed`
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
      return `${why.count} unusable rounds, as ${why.why}`
  }
}

const COLOURS = {
  pass: 'green',
  improvement: 'green',
  regression: 'red',
  inconclusive: 'yellow',
  refused: 'yellow',
  'not comparable': 'yellow',
} as const satisfies Record<Verdict['kind'], string>

function coloured(verdict: Verdict): string {
  return paint(COLOURS[verdict.kind], describe(verdict))
}

function markdownVerdict(verdict: Verdict): string {
  const text = describe(verdict)
  return verdict.kind === 'pass' ? text : `**${text}**`
}

/** How each change was found, and by what confirmed; a line for each that was. */
function evidenceLines({ comparisons }: GateReport): readonly string[] {
  return comparisons.flatMap(({ comparison, verdict }) => {
    if (!('screening' in verdict)) return []
    const { screening, evidence, adjustedP, kind } = verdict
    const screeningP = kind === 'regression' ? screening.pWorse : screening.pBetter
    return [
      `${kind} of ${comparison.id}: ${change(screening.estimate, screening)} in ${screening.rounds} rounds (p ${probability(screeningP)}), ` +
        `confirmed by ${evidence.rounds} fresh ones: ${change(evidence.estimate, evidence)} (p ${probability(adjustedP)}, of all candidates)`,
    ]
  })
}

function summaryLines(report: GateReport): readonly string[] {
  const { plan, rounds, confirmation, discarded, elapsedMs, meanRoundMs, sameness } = report
  const made = `${rounds.length} rounds and ${confirmation.length} to confirm, in ${clock(elapsedMs)} min`
  const each = meanRoundMs === null ? '' : `, ${(meanRoundMs / 1_000).toFixed(1)} s a round`
  return [
    `${made}${each}; ${report.servers}`,
    ...(discarded.length === 0 ? [] : [`made again: ${discarded.join('; ')}`]),
    ...(isEqual(sameness) ? [A_AGAINST_A] : []),
    ...(plan === null
      ? []
      : [
          `a regression is a change of at least ${plan.effects.latency * 100} % of a time at p ≤ ${plan.alpha}, confirmed by ${plan.confirmation.rounds} fresh rounds at p ≤ ${plan.confirmation.alpha}; pass: the interval excludes ${plan.effects.latency * 200} %`,
        ]),
    `run files of all rounds: ${report.runs}`,
  ]
}

/** Said before the first round, and again with the result. */
export const A_AGAINST_A =
  'src/registry and the packages it runs with are the same in both: this is A against A'

function escapeCell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll(/\s*\n\s*/g, ' ')
}
