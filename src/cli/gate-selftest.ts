import { Option } from 'commander'
import { selftestCases } from '../gate/selftest/cases.ts'
import { renderSelftest } from '../gate/selftest/render-selftest.ts'
import { runSelftest, type SelftestProgress } from '../gate/selftest/selftest.ts'
import { InputError } from '../load/input-error.ts'
import { EXIT } from '../results/outcome.ts'
import { commandLine, runCommandLine } from './command-line.ts'
import type { CommandEnd } from './run-command.ts'

const HELP = `
Each trial is a gate from its first round to its verdict. "recorded runs" are virtual requests and
receipts, recorded and judged by the code that does so with real ones: of versions that are slow, fail,
lose deliveries, block the event loop or end without a result. The others are the decision alone, on
latencies that are drawn.
Noise is the standard deviation between runs, three fifths of its variance shared by the two runs of
a round. False alarms and power are shares of the trials that ended as a regression, passes of those
that passed. The same seed gives the same table.

Exit code
  0 every bound is met   1 one is broken   2 something else is broken

Example
  npm run gate:selftest -- --trials 20`

interface Flags {
  readonly trials?: string
  readonly short?: true
  readonly seed: string
  readonly json?: true
}

/** The command line of `npm run gate:selftest`. */
export async function run(args: readonly string[]): Promise<CommandEnd> {
  let exitCode: CommandEnd = EXIT.good
  const command = commandLine(
    'npm run gate:selftest --',
    'Proves that the gate finds what it should, and nothing else.',
  )
    .addOption(new Option('--trials <n>', 'of each case; 100 by default, 10 with --short'))
    .addOption(new Option('--short', 'for CI: only the least noise for recorded runs'))
    .addOption(new Option('--seed <n>', 'of all random numbers').default('1'))
    .addOption(new Option('--json', 'the table as JSON'))
    .addHelpText('after', HELP)
    .action(async (flags: Flags) => {
      exitCode = await selftest(flags)
    })
  await runCommandLine(command, args)
  return exitCode
}

async function selftest(flags: Flags): Promise<CommandEnd> {
  const isShort = flags.short === true
  const trials = wholeNumber('--trials', flags.trials ?? (isShort ? '10' : '100'), 1, 50_000)
  const seed = wholeNumber('--seed', flags.seed, 0, 2 ** 32 - 1)
  const live = liveLine()
  const rows = await runSelftest(selftestCases(isShort), { trials, seed, onProgress: live.show })
  live.clear()
  const isMet = rows.every((row) => row.isMet)
  if (flags.json === true) {
    process.stdout.write(`${JSON.stringify({ seed, trials, isShort, isMet, rows }, null, 2)}\n`)
  } else {
    const said = isMet ? 'Every bound is met.' : 'A bound is broken: the gate is not to be trusted.'
    process.stdout.write(`${renderSelftest(rows)}\n\n${said}\n`)
  }
  return isMet ? EXIT.good : EXIT.failed
}

function wholeNumber(flag: string, text: string, least: number, most: number): number {
  const value = Number(text)
  if (/^\d+$/.test(text) && value >= least && value <= most) return value
  throw new InputError(`${flag}: "${text}" must be a whole number from ${least} to ${most}.`)
}

const LIVE_EVERY_MS = 100

/** One line on a terminal that is written anew; nothing elsewhere. */
function liveLine(): { show: (progress: SelftestProgress) => void; clear: () => void } {
  if (!process.stderr.isTTY) return { show: () => {}, clear: () => {} }
  let nextMs = 0
  return {
    show: ({ case: { target, name, noise }, trial, trials }) => {
      if (performance.now() < nextMs) return
      nextMs = performance.now() + LIVE_EVERY_MS
      const at = noise === null ? '' : ` at ${Math.round(noise * 100)} % noise`
      const what = `${target}, ${name}${at}`
      process.stderr.write(`\r\u001B[K${what}: trial ${trial + 1} of ${trials}`)
    },
    clear: () => process.stderr.write('\r\u001B[K'),
  }
}
