import { setTimeout as sleep } from 'node:timers/promises'
import { EXIT } from '../../../src/run-file/outcome.ts'
import { asRun, type LeftOut, type Machine } from './as-run.ts'
import type { Deployment } from './deployment.ts'
import { judgeLoad, type Check } from './judge-load.ts'
import { isAwaited, judgeOutput, type Ran } from './judge-output.ts'
import { ResultsTaken } from './results-taken.ts'
import { runCommand } from './run-command.ts'
import type { Step } from './steps.ts'

/** What became of a step. */
export type Outcome = { readonly step: Step; readonly leftOut: readonly LeftOut[] } & (
  | { readonly kind: 'not run' }
  | {
      readonly kind: 'ran'
      readonly command: string
      readonly ran: Ran
      readonly checks: readonly Check[]
      readonly isGood: boolean
      readonly tookMs: number
    }
)

export interface WalkOptions {
  readonly folder: string
  readonly deployment: Deployment
  readonly machine: Machine
  readonly signal: AbortSignal
}

const LOAD_TEST = /^docker-compose run --rm loadtest (?:register|enumerate|multicast|mixed)\b/

/** A measurement may be too poor to say something on a busy machine; what it sent is judged anyway. */
const LOAD_TEST_EXITS: readonly number[] = [EXIT.good, EXIT.inconclusive]

const AWAITED_MS = 60_000
const TIMEOUT_MS = 5 * 60_000
const FULL_LENGTH_TIMEOUT_MS = 15 * 60_000

/** Runs steps one after the other, whatever becomes of each, until the signal. */
export async function* walk(steps: readonly Step[], options: WalkOptions): AsyncGenerator<Outcome> {
  const results = new ResultsTaken(options.deployment.results)
  for (const step of steps) {
    const how = asRun(step, options.machine)
    if (how.kind === 'not run') {
      yield { kind: 'not run', step, leftOut: how.leftOut }
      continue
    }
    const { command, leftOut, isEndless } = how
    const startedMs = performance.now()
    const { ran, checks } = LOAD_TEST.test(step.text)
      ? await runLoad(step, command, results, options)
      : await runAwaited(step.text, command, isEndless, options)
    const isGood = checks.every(({ holds }) => holds !== false)
    const tookMs = performance.now() - startedMs
    yield { kind: 'ran', step, command, leftOut, ran, checks, isGood, tookMs }
  }
}

async function runLoad(
  step: Step,
  command: string,
  results: ResultsTaken,
  options: WalkOptions,
): Promise<{ readonly ran: Ran; readonly checks: readonly Check[] }> {
  const ran = await runOnce(command, options)
  if (!LOAD_TEST_EXITS.includes(ran.exitCode)) {
    return { ran, checks: [{ holds: false, text: `exit code ${ran.exitCode}` }] }
  }
  const { run, check } = await results.next()
  return { ran, checks: [...(run === null ? [] : judgeLoad(run, step.expected)), check] }
}

async function runAwaited(
  text: string,
  command: string,
  isEndless: boolean,
  options: WalkOptions,
): Promise<{ readonly ran: Ran; readonly checks: readonly Check[] }> {
  const deadline = performance.now() + AWAITED_MS
  for (;;) {
    const ran = await runOnce(command, options, isEndless ? /^\d+\.\d+ \[.*\n/m : undefined)
    const checks = judgeOutput(text, ran)
    const isGood = checks.every(({ holds }) => holds !== false)
    if (isGood || !isAwaited(text) || performance.now() > deadline) return { ran, checks }
    await sleep(1_000, undefined, { signal: options.signal })
  }
}

function runOnce(command: string, options: WalkOptions, until?: RegExp): Promise<Ran> {
  const { folder, deployment, machine, signal } = options
  return runCommand(command, {
    folder,
    env: deployment.env,
    signal,
    timeoutMs: machine.isFullLength ? FULL_LENGTH_TIMEOUT_MS : TIMEOUT_MS,
    ...(until === undefined ? {} : { until }),
  })
}
