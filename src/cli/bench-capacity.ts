import { basename, relative, resolve } from 'node:path'
import { parseArgs, type ParseArgsConfig } from 'node:util'
import { createVitest } from 'vitest/node'
import { backendSettings } from '../environment/settings.ts'
import { dispatchSetting } from '../load/dispatch/dispatch-option.ts'
import { parseDurationMs } from '../load/duration.ts'
import { InputError } from '../input-error.ts'
import { EXIT, type ExitCode } from '../run-file/outcome.ts'
import { renderBracket, renderCurve } from '../report/render-capacity.ts'
import { renderReference } from '../report/render-reference.ts'
import { paint } from '../report/render-scenario.ts'
import type { CapacityEntry } from '../run-file/run-file.ts'
import { ResultsFolderError } from '../run-file/results-folder.ts'
import { RunRecord } from '../run-file/write/run-record.ts'
import { systemText } from '../environment/system.ts'
import { ProbeReporter } from '../vitest/probe-reporter.ts'
import { endOnSignals } from './end-on-signals.ts'
import { findCapacity, HIGHEST_RATE } from './find-capacity.ts'
import type { CommandEnd } from './run-command.ts'
import { runFolder } from './run-folder.ts'
import { scenarioFiles, scenarioFolder, specificationsOf } from './scenario-files.ts'

const HELP = `Searches for the highest rate at which a scenario meets its SLO.

  npm run bench:capacity -- <name>   the scenario whose file has the name, as register or mixed

Each probe runs the whole scenario, preparation included, in a namespace of its own, with a constant
rate in place of its own arrivals. A rate passes if every bound of the SLO is met by a measurement
that is valid. The rate is doubled until it fails (or halved until it passes), the interval between
is bisected, and each of its ends is run again; where two runs disagree, a third decides. A probe
that the generator disturbed (because it was late or held up) decides nothing and is repeated.

The answer is a bracket: the highest rate that was held and the lowest that was not, with what gave
out there. If that was the system, the capacity is between the two. If it was the generator, in six
runs or more, the capacity is at least the rate that was held.

A probe has at least 100 requests, and as many as the SLO needs: 10 beyond each percentile (1,000
for a P99), 300 for a success rate above 99 %. At low rates it is measured for longer, for up to ten
times --duration; rates that would take longer are not tried.

Throughput bounds are written for the scenario's own rate. They are scaled with the rate: at least
150 of 200 requests/s are at least 300 of 400.

A scenario that fills the registry as it goes has more to list and to send to the longer a probe
lasts: its capacity is one for that duration.

Options, after --
  --from <rate>         the first rate, requests/s; 100 by default
  --duration <time>     measure each probe for at least this long, after warm-up; 10s by default
  --precision <share>   width of the bracket relative to its lower end; 5% by default
  --backend <kind>      containers, programs, memory or external; the first available by default
  --scenarios <folder>  where *.load.ts files are; bench/ by default
  --results <folder>    where the result files go; results/ by default
  -h, --help            this text

Environment: as for npm run bench. Ctrl-C ends the search and keeps what it found.

Exit code
  0 a rate was held   2 usage, set-up, backend or unexpected   3 inconclusive: no rate was held

Example
  npm run bench:capacity -- mixed --from 200 --precision 10%
`

/** Where vitest.config.ts is. */
const PROJECT = resolve(import.meta.dirname, '../..')

const OPTIONS = {
  from: { type: 'string', default: '100' },
  duration: { type: 'string', default: '10s' },
  precision: { type: 'string', default: '5%' },
  backend: { type: 'string' },
  scenarios: { type: 'string' },
  results: { type: 'string' },
  help: { type: 'boolean', short: 'h', default: false },
} as const satisfies ParseArgsConfig['options']

/** The command line of `npm run bench:capacity`. */
export async function run(args: readonly string[]): Promise<CommandEnd> {
  const { values, positionals } = parseArguments(args)
  if (values.help) {
    process.stdout.write(HELP)
    return EXIT.good
  }
  const [name, ...others] = positionals
  if (name === undefined || others.length > 0) {
    throw new InputError('Name one scenario, such as: npm run bench:capacity -- register')
  }
  const search = { from: rateOf(values.from), precision: precisionOf(values.precision) }
  const durationMs = parseDurationMs(values.duration, '--duration')
  if (durationMs === 0) throw new InputError('--duration: must be above 0, such as 10s.')
  // The tests' own processes read their settings from the environment, which they inherit.
  if (values.backend !== undefined) process.env['BENCH_BACKEND'] = values.backend
  if (values.scenarios !== undefined) process.env['BENCH_SCENARIOS'] = values.scenarios
  backendSettings(process.env)
  dispatchSetting(process.env)
  const file = scenarioNamed(name, scenarioFiles(scenarioFolder(process.env), ['load'], [name]))
  const folder = runFolder(values.results)
  const record = await RunRecord.open({ folder, profile: 'capacity' })
  let isBegun = false
  const reporter = new ProbeReporter(process.stdout, ({ system, clients, reference }) => {
    record.measuring(system, clients, reference)
    isBegun = true
    print(`${paint('bold', record.run.runId)}  ${systemText(system)}`)
    print(reference === null ? '' : `  ${renderReference(reference)}\n`)
  })
  const vitest = await createVitest({
    root: PROJECT,
    watch: false,
    // Node reads the configuration as it is; bundling it would write into the project's folder.
    configLoader: 'native',
    project: ['load'],
    reporters: [reporter],
  })
  const interruption = endOnSignals(vitest)
  const isInterrupted = (): boolean => interruption.exitCode !== null
  // A run that was just beginning when the signal came has forgotten it.
  reporter.onReady = async () => {
    if (isInterrupted()) await vitest.cancelCurrentRun('keyboard-input')
  }
  let isDone = false
  try {
    await vitest.standalone()
    const [scenario] = specificationsOf(vitest, [file])
    if (scenario === undefined) throw new TypeError('there is no scenario to be run')
    const plan = { ...search, durationMs, reporter, record, isInterrupted, print }
    await findCapacity(vitest, scenario, plan)
    isDone = !isInterrupted()
  } finally {
    // What was found before something broke is kept as well.
    if (isBegun) {
      record.finish(isDone ? 'complete' : 'interrupted')
      report(record)
    }
    await vitest.close()
  }
  // All of it is printed, and none of it is a result that somebody can come back to.
  if (record.storageProblem !== null) throw new ResultsFolderError(record.storageProblem)
  return interruption.exitCode ?? exitCodeOf(record.run.capacities)
}

/** Shows what the search came to, and where it is kept. */
function report({ run: { capacities }, paths }: RunRecord): void {
  const [capacity] = capacities
  if (capacity === undefined) return
  print(`\n${renderCurve(capacity.probes)}\n\n${renderBracket(capacity)}\n`)
  if (paths !== null) print(`  ${relative(process.cwd(), paths.json)}`)
}

/**
 * The scenario of a name: the one that is called so, or the only one with the name in its path.
 * @throws InputError if there is none, or more than one.
 */
function scenarioNamed(name: string, found: readonly string[]): string {
  const exact = found.filter((path) => basename(path) === `${name}.load.ts`)
  const [scenario, ...others] = exact.length > 0 ? exact : found
  if (scenario === undefined) throw new InputError(`No scenario has "${name}" in its name.`)
  if (others.length === 0) return scenario
  const names = [scenario, ...others].map((path) => basename(path, '.load.ts'))
  throw new InputError(`"${name}" is in the names of several scenarios: ${names.join(', ')}.`)
}

/** A rate that was held is an answer, whatever gave out above it. */
function exitCodeOf([capacity]: readonly CapacityEntry[]): ExitCode {
  return capacity === undefined || capacity.bracket.passed === null ? EXIT.inconclusive : EXIT.good
}

function rateOf(text: string): number {
  const rate = Number(text)
  if (Number.isInteger(rate) && rate >= 1 && rate <= HIGHEST_RATE) return rate
  throw new InputError(
    `--from: "${text}" must be a whole number of requests/s, from 1 to ${HIGHEST_RATE}.`,
  )
}

function precisionOf(text: string): number {
  const percent = /^(\d+(?:\.\d+)?)%$/.exec(text)?.[1]
  const share = Number(percent) / 100
  if (share > 0 && share <= 1) return share
  throw new InputError(`--precision: "${text}" must be above 0% and at most 100%, such as 5%.`)
}

function parseArguments(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true })
  } catch (error) {
    const [reason] = (error instanceof Error ? error.message : String(error)).split('. ')
    throw new InputError(`${reason}. See npm run bench:capacity -- --help.`)
  }
}

function print(text: string): void {
  process.stdout.write(`${text}\n`)
}
