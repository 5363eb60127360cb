import { resolve } from 'node:path'
import { backendSettings } from '../environment/settings.ts'
import { GateLines } from '../gate/report/gate-lines.ts'
import { STAGES, type GateOptions } from '../gate/gate-options.ts'
import { METRIC_NAMES, parseMetrics } from '../gate/rounds/metrics-option.ts'
import { DEFAULT_SUBJECT } from '../gate/versions/subject.ts'
import { NotComparableError } from '../gate/versions/incompatible.ts'
import { renderGate } from '../gate/report/render-gate.ts'
import { runGate } from '../gate/run-gate.ts'
import {
  checkReportFiles,
  writeGateReport,
  type ReportFiles,
} from '../gate/report/write-gate-report.ts'
import { OPERATIONS } from '../gate/operations/operations.ts'
import { StepSummary } from '../report/step-summary.ts'
import { parseDurationMs } from '../load/duration.ts'
import { InputError } from '../input-error.ts'
import { EXIT } from '../run-file/outcome.ts'
import { commandLine, runCommandLine } from './command-line.ts'
import type { CommandEnd } from './run-command.ts'
import { runFolder } from './run-folder.ts'
import { onSignals } from '../process/signals.ts'

const DESCRIPTION =
  'Says whether a change made the registry slower: measures two versions of src/registry in turns, on the same servers and with the harness of this checkout.'

const AFTER = `
Stages, in this order; after a regression found by counts, pairs or drift, no rounds are made
  counts   calls to Redis and messages of NATS per operation: exact; about 20 s
  pairs    latency, CPU time and allocation per operation: both versions in one process, called in
           turns, five or ten fresh processes each; 3 to 6 min
  drift    whether an operation gets slower with time; 2 min, more to confirm
  rounds   open-loop scenarios, one run of each version per round: errors, delivery, shortfall,
           validity, and service times under load; the rest of the budget
Versions whose subject, packages and Node are equal pass without being measured.

Metrics of rounds
  ${METRIC_NAMES.join(', ')}
  p…             service time, from the start of a request
  response-p…    from when the request was due
  completion-p…  from then until the last recipient has its message
  errors         share of the planned requests
  delivery       share of the expected receipts that is missing
  shortfall      share of the planned requests that was not started in time
Whether measurements are valid is always judged.

Environment
  REDIS_URL, NATS_URL, BENCH_BACKEND, BENCH_SCENARIOS, BENCH_RESULTS    as for npm run bench
  GITHUB_STEP_SUMMARY    the Markdown is added to that file

Ctrl-C ends it, and what is undecided is inconclusive.

Exit code
  0 pass or improvement   1 a regression   2 something is broken   3 inconclusive
  4 not comparable   129, 130, 143 interrupted

Example
  npm run gate -- --base origin/main
  npm run gate -- --base origin/main --stages counts,pairs     the answer in three minutes
`

interface Flags {
  readonly base?: string
  readonly head?: string
  readonly subject?: readonly string[]
  readonly stages: string
  readonly operations: string
  readonly measureEqual?: true
  readonly junit?: string
  readonly budget: string
  readonly scenarios: string
  readonly metrics?: string
  readonly effect?: string
  readonly duration?: string
  readonly backend?: string
  readonly markdown?: string
  readonly json?: string
  readonly results?: string
}

/** The command line of `npm run gate`. */
export async function run(args: readonly string[]): Promise<CommandEnd> {
  let exitCode: CommandEnd = EXIT.good
  const command = commandLine('npm run gate --', DESCRIPTION)
    .option('--base <ref>', 'baseline: a branch, tag or commit; required')
    .option('--head <ref>', 'candidate: a branch, tag or commit; the working tree by default')
    .option(
      '--subject <path>',
      'file or folder of the project to compare; may be given several times; src/registry by default',
      (path, others?: readonly string[]) => [...(others ?? []), path],
    )
    .option('--stages <names>', 'the evidence to collect, separated by commas', STAGES.join(','))
    .option('--operations <names>', 'called by counts, pairs and drift', OPERATIONS.join(','))
    .option('--measure-equal', 'measure equal versions, too: A against A')
    .option(
      '--budget <time>',
      'total time; rounds get what the other stages leave, and may overrun by less than one',
      '20m',
    )
    .option(
      '--scenarios <names>',
      'of rounds, separated by commas',
      'register,enumerate,multicast,mixed',
    )
    .option('--metrics <names>', 'of rounds, see below; by default those that only a load shows')
    .option(
      '--effect <share>',
      'of rounds: the smallest change of a time that counts; 25% after pairs, 5% without or with --metrics',
    )
    .option(
      '--duration <time>',
      "of each scenario's measurement in a round; by default the longest of 2s to 8s that allows 17 rounds",
    )
    .option(
      '--backend <kind>',
      'containers, programs, memory or external; the first available by default',
    )
    .option('--markdown <file>', 'write the result as Markdown, for a comment')
    .option('--json <file>', 'write the result as JSON')
    .option('--junit <file>', 'write the result as JUnit XML')
    .option('--results <folder>', 'for a folder with the run files; results/ by default')
    .addHelpText('after', AFTER)
    .action(async (flags: Flags) => {
      exitCode = await gateBy(flags)
    })
  await runCommandLine(command, args)
  return exitCode
}

async function gateBy(flags: Flags): Promise<CommandEnd> {
  const options = optionsOf(flags)
  const files: ReportFiles = {
    markdown: flags.markdown ?? null,
    json: flags.json ?? null,
    junit: flags.junit ?? null,
    summary: StepSummary.open(process.env),
  }
  checkReportFiles(files)
  const lines = new GateLines(process.stdout)
  const ending = new AbortController()
  const interruption = onSignals((name) => {
    process.stderr.write(`\n${name}: ending the gate; once more to leave at once\n`)
    ending.abort()
  })
  try {
    const report = await runGate(options, lines, ending.signal)
    // Printed even if it can't be stored: it took long to find out.
    try {
      const problem = writeGateReport(report, files)
      if (problem !== null) process.stderr.write(`${problem}\n`)
    } finally {
      lines.note(`\n${renderGate(report)}`)
    }
    return interruption.exitCode ?? report.exitCode
  } catch (error) {
    lines.clear()
    const { exitCode } = interruption
    if (exitCode !== null && error === ending.signal.reason) {
      process.stderr.write('Interrupted before the first stage: nothing is known.\n')
      return exitCode
    }
    if (!(error instanceof NotComparableError)) throw error
    process.stderr.write(`${error.message}\n`)
    return EXIT.notComparable
  }
}

/** @throws InputError, EnvironmentError */
function optionsOf(flags: Flags): GateOptions {
  const { base, head, metrics, effect } = flags
  const { BENCH_SCENARIOS, BENCH_BACKEND } = process.env
  if (base === undefined) {
    throw new InputError('Name what to compare with, such as --base origin/main. See --help.')
  }
  const harness = resolve(import.meta.dirname, '../..')
  return {
    project: process.cwd(),
    harness,
    subject: flags.subject ?? DEFAULT_SUBJECT,
    stages: namesOf('--stages', flags.stages, STAGES),
    operations: namesOf('--operations', flags.operations, OPERATIONS),
    measuresEqual: flags.measureEqual === true,
    baseline: base,
    candidate: head ?? null,
    budgetMs: positiveMs(flags.budget, '--budget'),
    scenarioFolder: resolve(BENCH_SCENARIOS || 'bench'),
    scenarios: flags.scenarios.split(',').map((name) => name.trim()),
    metrics: metrics === undefined ? null : parseMetrics(metrics),
    effects: effect === undefined ? {} : { latency: effectOf(effect) },
    durationMs: flags.duration === undefined ? null : positiveMs(flags.duration, '--duration'),
    backends: backendSettings({ ...process.env, BENCH_BACKEND: flags.backend ?? BENCH_BACKEND }),
    resultsFolder: runFolder(flags.results),
  }
}

/** @throws InputError for a name that is not among those, or none at all. */
function namesOf<T extends string>(
  option: string,
  text: string,
  known: readonly T[],
): readonly T[] {
  return text.split(',').map((part) => {
    const name = known.find((one) => one === part.trim())
    if (name !== undefined) return name
    throw new InputError(`${option}: "${part}" is not one of ${known.join(', ')}.`)
  })
}

function positiveMs(text: string, option: string): number {
  const ms = parseDurationMs(text, option)
  if (ms > 0) return ms
  throw new InputError(`${option}: must be above 0, such as 10s.`)
}

/** Above 100 %, no change would count. */
function effectOf(text: string): number {
  const match = /^(\d+(?:\.\d+)?)\s*(%?)$/.exec(text.trim())
  const share = Number(match?.[1] ?? Number.NaN) / (match?.[2] === '%' ? 100 : 1)
  if (share > 0 && share <= 1) return share
  throw new InputError(`--effect: "${text}" must be above 0 and at most 100%, such as 5% or 0.05.`)
}
