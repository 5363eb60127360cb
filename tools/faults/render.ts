import { formatSeconds } from '../../src/format.ts'
import { markdownText } from '../../src/report/markdown/markdown.ts'
import { renderTable } from '../../src/report/terminal/table.ts'
import type { Expected } from './expected.ts'
import type { Observation } from './observation.ts'
import { holds, type Outcome } from './outcome.ts'
import { loadIn, totalOf } from './run-summary.ts'

const INDENT = ' '.repeat(10)

/**
 * A row's outcome in one line, followed by one line per violation, and by the end of the command's output,
 * or all of it.
 */
export function renderProgress(
  outcome: Outcome,
  { repeat, isVerbose }: { readonly repeat: string; readonly isVerbose: boolean },
): string {
  const { row } = outcome
  if (outcome.kind === 'not run') return `${'not run'.padEnd(8)}${row.name}: ${outcome.reason}`
  const { wrong, seen } = outcome
  const head = `${stateOf(outcome).padEnd(8)}${row.name} (${formatSeconds(seen.tookMs)})`
  if (wrong.length === 0) return head
  // The files are gone by the time that this is read.
  const printed = seen.output.split('\n').filter((text) => !/^\s*$|^\s+\S+results\/\S+$/.test(text))
  return [
    head,
    ...wrong.map((what) => `${INDENT}${what}`),
    ...printed.slice(isVerbose ? 0 : -LAST_LINES).map((line) => `${INDENT}| ${line}`),
    `${INDENT}again: ${repeat}`,
  ].join('\n')
}

/** The end of the output of a failed row's command. */
const LAST_LINES = 6

/** All outcomes as a table for a terminal. */
export function renderOutcomes(outcomes: readonly Outcome[]): string {
  return renderTable(
    ['', 'load × fault × moment', 'required', 'observed'].map((heading) => ({
      heading,
      align: 'left',
    })),
    outcomes.map(cellsOf),
  )
}

/** All outcomes as a Markdown page. */
export function renderMarkdown(outcomes: readonly Outcome[], title: string): string {
  const lines = outcomes.map((outcome) => {
    const wrong = outcome.kind === 'ran' && outcome.wrong.length > 0
    const why = wrong ? `<br>**${markdownText(outcome.wrong.join('; '))}**` : ''
    const [state, name, required, observed] = cellsOf(outcome).map(markdownText)
    return `| ${state} | ${name} | ${required} | ${observed}${why} |`
  })
  return [
    `# ${title}`,
    '',
    renderCount(outcomes),
    '',
    '| | load × fault × moment | required | observed |',
    '|---|---|---|---|',
    ...lines,
    '',
  ].join('\n')
}

/** The number of rows that meet their expectations. */
export function renderCount(outcomes: readonly Outcome[]): string {
  const count = (state: boolean | null): number =>
    outcomes.filter((outcome) => holds(outcome) === state).length
  const notRun = count(null) === 0 ? '' : `, ${count(null)} not run`
  return `${count(true)} rows passed, ${count(false)} failed${notRun}`
}

function cellsOf(outcome: Outcome): readonly string[] {
  const { row } = outcome
  const observed = outcome.kind === 'ran' ? observedIn(outcome.seen) : outcome.reason
  return [stateOf(outcome), row.name, requiredBy(row.expected), observed]
}

function stateOf(outcome: Outcome): string {
  const isGood = holds(outcome)
  return isGood === null ? 'not run' : isGood ? 'holds' : 'FAILS'
}

function requiredBy({ exit, slo = {}, allOk, recovers, runFile, because }: Expected): string {
  return [
    `exit ${exit.join('/')}`,
    ...(allOk ? ['all ok'] : []),
    ...Object.entries(slo).map(([metric, outcomes]) => `${metric} ${outcomes.join('/')}`),
    ...(recovers ? ['recovers'] : []),
    ...(runFile === 'any' ? [] : [`file ${runFile}`]),
    ...(because === undefined ? [] : [`(${because})`]),
  ].join(', ')
}

function observedIn({ exitCode, runs, leftRunning }: Observation): string {
  const [run] = runs
  const load = loadIn(run)
  const verdicts = run?.scenarios.flatMap(({ verdict }) => verdict?.kind ?? []) ?? []
  const rows = run?.scenarios.flatMap(({ slo }) => slo) ?? []
  const figures = load === null ? null : totalOf(load)
  return [
    exitCode === null ? 'hung' : `exit ${exitCode}`,
    ...(figures === null ? [] : [`${figures.ok} of ${figures.planned} ok`]),
    ...verdicts,
    ...rows.map(({ metric, outcome }) => `${metric} ${outcome}`),
    run === undefined ? 'no file' : `file ${run.status}`,
    ...(leftRunning.length > 0 ? [`${leftRunning.length} processes left`] : []),
  ].join(', ')
}
