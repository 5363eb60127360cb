import { randomInt } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { Option } from 'commander'
import { commandLine, runCommandLine } from '../../src/cli/command-line.ts'
import { runCommand, type CommandEnd } from '../../src/cli/run-command.ts'
import { onSignals } from '../../src/process/signals.ts'
import { InputError } from '../../src/input-error.ts'
import { EXIT } from '../../src/run-file/outcome.ts'
import { holds, type Outcome } from './outcome.ts'
import { randomRow } from './random-schedule.ts'
import { renderCount, renderMarkdown, renderOutcomes, renderProgress } from './render.ts'
import type { Row } from './row.ts'
import { runAll } from './run-all.ts'
import { faultTable } from './table.ts'
import { testReport } from './test-report.ts'

const DESCRIPTION =
  'Runs loads against real servers while something breaks, and checks the outcome: exit code, verdict, SLO rows, counts against the schedule, run file, and what is left running.'
const AFTER = `
Every run also keeps the invariants: it never passes with less than 99 % of its requests, nothing is
missed because of a fault of the generator, it ends in time, its run file can be read, its counts add up
to the schedule, and no process is left. Linux only; redis-server and nats-server have to be installed.

Exit code
  0 every row holds   1 one doesn't   2 the table could not be run   130 interrupted

Examples
  npm run test:faults -- --only 'redis stopped'
  npm run test:faults -- --random 100 --seed 7`

/** Random runs of the short form, always the same ones. */
const SHORT_RANDOM = { count: 3, seed: 1 }
const MAX_SEED = 2 ** 32 - 1

interface Flags {
  readonly short?: true
  readonly only?: string
  readonly list?: true
  readonly random?: string
  readonly seed?: string
  readonly parallel: string
  readonly verbose?: true
  readonly out?: string
  readonly report?: string
}

await runCommand(() => testFaults(process.argv.slice(2)))

async function testFaults(args: readonly string[]): Promise<CommandEnd> {
  let exitCode: CommandEnd = EXIT.good
  const command = commandLine('npm run test:faults --', DESCRIPTION)
    .addOption(new Option('--short', 'a few rows of each kind, and three random runs, for CI'))
    .addOption(new Option('--only <text>', 'rows with this in their name'))
    .addOption(new Option('--list', 'the names of the rows; nothing is run'))
    .addOption(new Option('--random <n>', 'instead of the table, short loads with random faults'))
    .addOption(new Option('--seed <n>', 'of the first random run; the next has the next one'))
    .addOption(new Option('--parallel <n>', 'rows at the same time').default('2'))
    .addOption(new Option('--verbose', 'all that the command of a row printed that fails'))
    .addOption(new Option('--out <file>', 'the outcomes as Markdown'))
    .addOption(new Option('--report <file>', "the outcomes as Vitest's JSON reporter writes tests"))
    .addHelpText('after', AFTER)
    .action(async (flags: Flags) => {
      exitCode = await run(flags)
    })
  await runCommandLine(command, args)
  return exitCode
}

async function run(flags: Flags): Promise<CommandEnd> {
  if (process.platform !== 'linux') throw new InputError('The table of faults runs on Linux only.')
  const parallel = whole('--parallel', flags.parallel, 1, 8)
  const rows = rowsOf(flags)
  if (flags.list === true) {
    for (const { name } of rows) print(name)
    return EXIT.good
  }
  const interruption = new AbortController()
  const signals = onSignals(() => interruption.abort())
  const told: Outcome[] = []
  const onOutcome = (outcome: Outcome): void => {
    told.push(outcome)
    const count = `${told.length}/${rows.length}`.padEnd(9)
    const details = { repeat: again(outcome.row), isVerbose: flags.verbose === true }
    print(`${count}${renderProgress(outcome, details)}`)
  }
  let outcomes: readonly Outcome[]
  try {
    outcomes = await runAll(rows, { parallel, signal: interruption.signal, onOutcome })
  } catch (error) {
    if (!interruption.signal.aborted) throw error
    print('interrupted')
    return signals.exitCode ?? EXIT.broken
  }
  print(`\n${renderOutcomes(outcomes)}\n\n${renderCount(outcomes)}`)
  write('--out', flags.out, renderMarkdown(outcomes, 'Faults and outcomes'))
  write('--report', flags.report, testReport(outcomes))
  return outcomes.some((outcome) => holds(outcome) === false) ? EXIT.failed : EXIT.good
}

/** @throws InputError if none is chosen. */
function rowsOf(flags: Flags): readonly Row[] {
  const { short = false, only = '', random, seed } = flags
  if (random === undefined && seed !== undefined) throw new InputError('--seed needs --random.')
  const table = random === undefined ? faultTable().filter(({ isShort }) => !short || isShort) : []
  const rows = [...table, ...randomRows(flags)]
  const chosen = rows.filter(({ name }) => name.includes(only))
  if (chosen.length > 0) return chosen
  throw new InputError(`--only: no row has "${only}" in its name. See --list.`)
}

function randomRows({ short, random, seed }: Pick<Flags, 'short' | 'random' | 'seed'>): Row[] {
  if (random === undefined && short !== true) return []
  const count = random === undefined ? SHORT_RANDOM.count : whole('--random', random, 1, 10_000)
  const isGiven = seed !== undefined
  const first =
    random === undefined
      ? SHORT_RANDOM.seed
      : isGiven
        ? whole('--seed', seed, 0, MAX_SEED - count)
        : randomInt(2 ** 31)
  print(`random runs: ${count}, seed ${first}`)
  return Array.from({ length: count }, (_, index) => randomRow(first + index))
}

/** The command that runs one row alone. */
function again({ name }: Row): string {
  const seed = /^seed (\d+):/.exec(name)?.[1]
  return seed === undefined
    ? `npm run test:faults -- --only '${name}'`
    : `npm run test:faults -- --random 1 --seed ${seed}`
}

function whole(flag: string, text: string, least: number, most: number): number {
  const value = Number(text)
  if (/^\d+$/.test(text) && value >= least && value <= most) return value
  throw new InputError(`${flag}: "${text}" must be a whole number from ${least} to ${most}.`)
}

function write(flag: string, path: string | undefined, text: string): void {
  if (path === undefined) return
  try {
    writeFileSync(path, text)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new InputError(`${flag}: ${reason}. Name a file that can be written.`, { cause: error })
  }
}

function print(text: string): void {
  process.stdout.write(`${text}\n`)
}
