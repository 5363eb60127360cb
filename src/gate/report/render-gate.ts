import { escaped } from '../../results/printable.ts'
import { renderTable } from '../../results/render-table.ts'
import type { Evidence, JudgedComparison, Verdict } from '../decision/verdict.ts'
import { labelOf } from '../decision/metric.ts'
import type { Look } from '../decision/plan.ts'
import { markdownTable, markdownText } from '../../results/markdown.ts'
import { paint } from '../../results/render-scenario.ts'
import { describeRefusals } from '../rounds/describe-comparisons.ts'
import { isEqual } from '../versions/sameness.ts'
import { change, clock, confidence, findable, interval, level, probability } from './figures.ts'
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
  'found in 80 %',
  'verdict',
] as const

/** All that a gate has to say at its end: whole lines without a final newline. */
export function renderGate(report: GateReport): string {
  const columns = HEADINGS.map((heading, index) => ({
    heading,
    align: index >= 3 && heading !== 'verdict' ? ('right' as const) : ('left' as const),
  }))
  const rows = shown(report).map((judged) => [
    ...cellsOf(judged).map(escaped),
    coloured(judged.verdict),
  ])
  const blocks = [
    rows.length === 0 ? '' : renderTable(columns, rows),
    indented(evidenceLines(report)),
    indented([...refusalLines(report), ...summaryLines(report)]),
    paint('bold', escaped(headline(report))),
  ]
  return blocks.filter((block) => block !== '').join('\n\n')
}

function indented(lines: readonly string[]): string {
  return lines.map((line) => `  ${escaped(line)}`).join('\n')
}

/** The same as Markdown, for a pull request's comment or a job's summary. */
export function renderGateMarkdown(report: GateReport): string {
  const rows = shown(report).map((judged) => [
    ...cellsOf(judged).map(markdownText),
    markdownVerdict(judged.verdict),
  ])
  const lines = [
    `### ${ICONS[report.verdict]} Performance gate: ${markdownText(headline(report))}`,
    '',
    ...(rows.length === 0 ? [] : [markdownTable(HEADINGS, rows)]),
    '',
    ...evidenceLines(report).map((line) => `- ${markdownText(line)}\n`),
    '<details><summary>How this was measured</summary>',
    '',
    ...[...refusalLines(report), ...summaryLines(report)].map((line) => `- ${markdownText(line)}`),
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
function cellsOf({ comparison, verdict, detectable }: JudgedComparison): readonly string[] {
  const { scenario, operation, metric } = comparison
  const name = [scenario, operation ?? 'all', labelOf(metric)]
  const evidence = 'evidence' in verdict ? verdict.evidence : null
  if (evidence === null) return [...name, ...HEADINGS.slice(3, -1).map(() => '–')]
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

/** Of what was found; of a change for the worse where nothing was. */
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
  return paint(COLOURS[verdict.kind], escaped(describe(verdict)))
}

function markdownVerdict(verdict: Verdict): string {
  const text = markdownText(describe(verdict))
  return verdict.kind === 'pass' ? text : `**${text}**`
}

/** How each change was found, and by what confirmed; a line for each that was. */
function evidenceLines({ comparisons }: GateReport): readonly string[] {
  return comparisons.flatMap(({ comparison, verdict, flaw }) => {
    if (!('screening' in verdict)) return []
    const { screening, evidence } = verdict
    const shownOf = (part: Evidence) =>
      `${change(part.estimate, part)} (p ${probability(pOf(verdict, part))} ≤ ${probability(part.alpha)}, ${confidence(part)} interval ${interval(part)})`
    return [
      `${verdict.kind} of ${comparison.id}: ${shownOf(screening)} in ${screening.rounds} rounds, confirmed by ${evidence.rounds} fresh ones: ${shownOf(evidence)}`,
      ...(flaw === null ? [] : [`${comparison.id}, head: ${flaw}`]),
    ]
  })
}

function summaryLines(report: GateReport): readonly string[] {
  const { plan, rounds, elapsedMs, meanRoundMs, sameness } = report
  const made = `${rounds.length} rounds in ${clock(elapsedMs)} min`
  const each = meanRoundMs === null ? '' : `, ${(meanRoundMs / 1_000).toFixed(1)} s a round`
  return [
    `${made}${each}; ${report.servers}`,
    ...(isEqual(sameness) ? [A_AGAINST_A] : []),
    ...(plan === null
      ? []
      : [
          `a regression is a change of at least ${plan.effects.latency * 100} % of a time after ${listOf(plan.looks)}, confirmed by fresh rounds alone after ${listOf(plan.confirmation)}; pass: the interval excludes ${plan.effects.latency * 200} %`,
        ]),
    `run files of all rounds: ${report.runs}`,
  ]
}

/** `10 (p ≤ 0.025) or 20 (p ≤ 0.025) rounds`. */
function listOf(looks: readonly Look[]): string {
  const all = looks.map(({ rounds, alpha }) => `${rounds} (p ≤ ${probability(alpha)})`)
  return `${all.join(' or ')} rounds`
}

/** Said before the first round, and again with the result. */
export const A_AGAINST_A =
  'src/registry and the packages it runs with are the same in both: this is A against A'
