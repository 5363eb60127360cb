import { formatSeconds } from '../../../src/format.ts'
import type { Outcome } from './walk.ts'

const INDENT = ' '.repeat(25)

/** What became of a step, in a line, with lines below for what was changed and checked. */
export function renderOutcome(outcome: Outcome): string {
  const { step } = outcome
  if (outcome.kind === 'not run') return line('not run', '', '', step.text)
  const { isGood, tookMs, command, ran, checks } = outcome
  const head = line(
    isGood ? 'ok' : 'FAILED',
    `exit ${ran.exitCode}`,
    formatSeconds(tookMs),
    step.text,
  )
  const changed = command === step.text ? [] : [`${INDENT}run as: ${command}`]
  const checked = checks.map(
    ({ holds, text }) => `${INDENT}${holds === false ? 'NOT SO: ' : ''}${text}`,
  )
  const printed = isGood ? [] : [ran.printed.replaceAll(/^/gm, `${INDENT}| `)]
  return [head, ...changed, ...checked, ...printed].join('\n')
}

function line(state: string, exit: string, time: string, text: string): string {
  return `${state.padEnd(8)}${exit.padEnd(8)}${time.padStart(7)}  ${text}`
}

/** How many commands there were, and those of which something was not run, with the reasons. */
export function renderSummary(outcomes: readonly Outcome[], total: number, tookMs: number): string {
  const ran = outcomes.filter((outcome) => outcome.kind === 'ran')
  const failed = ran.filter(({ isGood }) => !isGood)
  const shortened = ran.filter(
    ({ command, step }) => / -d \d+s/.test(step.text) && command !== step.text,
  )
  const notRun = outcomes.flatMap(({ step, leftOut }) =>
    leftOut.map(({ text, reason }) => `  ${step.place}: ${text}\n    ${reason}`),
  )
  const skipped = total - outcomes.length
  return [
    `${ran.length} of ${total} commands ran in ${formatSeconds(tookMs, 0)}, ${failed.length} failed; ${shortened.length} with a shorter duration`,
    ...(skipped > 0 ? [`${skipped} were not reached`] : []),
    ...(notRun.length > 0 ? ['Not run:', ...notRun] : []),
    ...(failed.length > 0
      ? ['Failed:', ...failed.map(({ step }) => `  ${step.place}: ${step.text}`)]
      : []),
  ].join('\n')
}
