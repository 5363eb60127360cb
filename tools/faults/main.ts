import { randomInt } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { runTool, toolCommand } from '../../src/cli/command-line.ts'
import { MAX_SEED, option, wholeNumber } from '../../src/cli/flags.ts'
import { addSections } from '../../src/cli/help-sections.ts'
import type { CommandEnd } from '../../src/process/run-command.ts'
import { onSignals } from '../../src/process/signals.ts'
import { InputError } from '../../src/input-error.ts'
import { EXIT } from '../../src/exit-code.ts'
import { holds, type Outcome } from './outcome.ts'
import { randomRow } from './random-schedule.ts'
import { renderCount, renderMarkdown, renderOutcomes, renderProgress } from './render.ts'
import type { Row } from './row.ts'
import { runAll } from './run-all.ts'
import { faultTable } from './table.ts'
import { testReport } from './test-report.ts'

const DESCRIPTION =
  'Runs loads against real servers while something breaks, and checks the outcome: exit code, verdict, SLO rows, counts against the schedule, run file, and what is left running.'

const INVARIANTS = [
  'Every run also keeps the invariants: it never passes with less than 99 % of its requests, nothing is missed because of a fault of the generator, it ends in time, its run file can be read, its counts add up to the schedule, and no process is left.',
  'Linux only; redis-server and nats-server have to be installed.',
]

/** Random seeds of the short form. */
const SHORT_RANDOM = { count: 3, seed: 1 }

interface Flags {
  readonly short?: true
  readonly only?: string
  readonly list?: true
  readonly random?: number
  readonly seed?: number
  readonly parallel: number
  readonly verbose?: true
  readonly out?: string
  readonly report?: string
}

await runTool('test:faults', (command, end) => {
  command
    .description(DESCRIPTION)
    .option('--short', 'a few rows of each kind, and three random runs, for CI')
    .option('--only <text>', 'only rows with this in their names')
    .option('--list', 'only print the names of the rows')
    .addOption(
      option(
        '--random <n>',
        'short loads with random faults instead of the table',
        wholeNumber(1, 10_000),
      ),
    )
    .addOption(
      option(
        '--seed <n>',
        'random seed of the first random run; each next run has the next one',
        wholeNumber(0, MAX_SEED),
      ),
    )
    .addOption(option('--parallel <n>', 'rows that run at the same time', wholeNumber(1, 8), '2'))
    .option('--verbose', 'print the whole output of the command of a failing row')
    .option('--out <file>', 'write the outcomes as Markdown')
    .option('--report <file>', "write the outcomes in the form of Vitest's JSON reporter")
    .action(async (flags: Flags) => end(await run(flags)))
  addSections(command, {
    sections: [['Invariants', INVARIANTS]],
    exitCodes: { 0: 'every row holds', 1: 'a row does not hold' },
    examples: [
      toolCommand('test:faults', "--only 'redis stopped'"),
      toolCommand('test:faults', '--random 100 --seed 7'),
    ],
  })
})

async function run(flags: Flags): Promise<CommandEnd> {
  if (process.platform !== 'linux') throw new InputError('The table of faults runs on Linux only.')
  const { parallel } = flags
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

/** @throws InputError if no row is chosen. */
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
  const count = random ?? SHORT_RANDOM.count
  const first = random === undefined ? SHORT_RANDOM.seed : (seed ?? randomInt(2 ** 31))
  if (first > MAX_SEED - count) {
    throw new InputError(`--seed: must be at most ${MAX_SEED - count} for ${count} random runs.`)
  }
  print(`random runs: ${count}, seed ${first}`)
  return Array.from({ length: count }, (_, index) => randomRow(first + index))
}

/** The command that runs one row alone. */
function again({ name }: Row): string {
  const seed = /^seed (\d+):/.exec(name)?.[1]
  return seed === undefined
    ? toolCommand('test:faults', `--only '${name}'`)
    : toolCommand('test:faults', `--random 1 --seed ${seed}`)
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
