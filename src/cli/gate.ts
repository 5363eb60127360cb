import { resolve } from 'node:path'
import { backendSettings } from '../environment/settings.ts'
import { GateLines } from '../gate/report/gate-lines.ts'
import type { GateOptions } from '../gate/gate-options.ts'
import { METRIC_NAMES, parseMetrics } from '../gate/rounds/metrics-option.ts'
import { DEFAULT_SUBJECT } from '../gate/versions/subject.ts'
import { NotComparableError } from '../gate/versions/not-comparable-error.ts'
import { renderGate } from '../gate/report/render-gate.ts'
import { runGate } from '../gate/run-gate.ts'
import {
  checkReportFiles,
  writeGateReport,
  type ReportFiles,
} from '../gate/report/write-gate-report.ts'
import { parseDurationMs } from '../load/duration.ts'
import { InputError } from '../load/input-error.ts'
import { EXIT } from '../results/outcome.ts'
import { commandLine, runCommandLine } from './command-line.ts'
import type { CommandEnd } from './run-command.ts'
import { runFolder } from './run-folder.ts'
import { onSignals } from './signals.ts'

const DESCRIPTION =
  'Says whether a change made the registry slower: runs src/registry of two versions in turns, on the same servers and by the harness of this checkout, and decides by a sequential test whose false alarms are bounded.'

const AFTER = `
Metrics
  ${METRIC_NAMES.join(', ')}
  p… of the service time, from when a request was started; response-p…: from when it was due;
  completion-p…: until the last recipient has its message; errors, of the planned requests; delivery: missing, of the expected receipts;
  shortfall: requests that were not started in time. Whether measurements are valid is always judged.

Environment
  REDIS_URL, NATS_URL, BENCH_BACKEND, BENCH_SCENARIOS, BENCH_RESULTS    as for npm run bench
  GITHUB_STEP_SUMMARY    the Markdown is added to that file

Ctrl-C ends it, and what is undecided is inconclusive.

Exit code
  0 pass or improvement   1 a regression   2 something is broken   3 inconclusive
  4 not comparable   129, 130, 143 interrupted

Example
  npm run gate -- --base origin/main --budget 15m --scenarios register,mixed
`

interface Flags {
  readonly base?: string
  readonly head?: string
  readonly subject: readonly string[]
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
    .option('--base <ref>', 'what there was: a branch, tag or commit; required')
    .option('--head <ref>', 'what is to be judged; the working tree by default')
    .option(
      '--subject <path>',
      'a file or a folder of the project that is compared; may be given several times; src/registry by default',
      (path, others: readonly string[]) => [...others, path],
      [],
    )
    .option('--budget <time>', 'for all of it; passed by less than a round', '20m')
    .option('--scenarios <names>', 'separated by commas', 'register,enumerate,multicast,mixed')
    .option('--metrics <names>', 'separated by commas, see below; all that have enough requests')
    .option('--effect <share>', 'the smallest change of a time that counts; 5% by default')
    .option(
      '--duration <time>',
      "of each scenario's measurement in a round; 2s to 8s, as long as the budget has 17 rounds of it",
    )
    .option('--backend <kind>', 'containers, programs, memory or external; the first that there is')
    .option('--markdown <file>', 'write the result as Markdown, for a comment')
    .option('--json <file>', 'write the result as JSON')
    .option('--results <folder>', 'where the run files go, in a folder of their own; results/')
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
    summary: process.env['GITHUB_STEP_SUMMARY'] || null,
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
      writeGateReport(report, files)
    } finally {
      lines.note(`\n${renderGate(report)}`)
    }
    return interruption.exitCode ?? report.exitCode
  } catch (error) {
    lines.clear()
    const { exitCode } = interruption
    if (exitCode !== null && error === ending.signal.reason) {
      process.stderr.write('Interrupted before the first round: nothing is known.\n')
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
    subject: flags.subject.length > 0 ? flags.subject : DEFAULT_SUBJECT,
    base,
    head: head ?? null,
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
