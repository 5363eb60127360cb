import { resolve } from 'node:path'
import { Option } from 'commander'
import { formatSeconds } from '../../src/format.ts'
import { EnvironmentError } from '../../src/environment/environment-error.ts'
import { backendSettings } from '../../src/environment/settings.ts'
import { startBackends } from '../../src/environment/start-backends.ts'
import { OPERATIONS } from '../../src/gate/operations/operations.ts'
import { PROCESSES } from '../../src/gate/pairs/judge-pairs.ts'
import { judgeSamples } from './real/judge-samples.ts'
import { measureCases } from './real/measure-cases.ts'
import { renderReal } from './real/render-real.ts'
import { selftestCases } from './cases.ts'
import { renderSelftest } from './render-selftest.ts'
import { runSelftest, type SelftestProgress } from './selftest.ts'
import { InputError } from '../../src/input-error.ts'
import { EXIT } from '../../src/run-file/outcome.ts'
import { commandLine, runCommandLine } from '../../src/cli/command-line.ts'
import type { CommandEnd } from '../../src/cli/run-command.ts'
import { onSignals } from '../../src/process/signals.ts'

const HELP = `
Each trial is a gate from its first round to its verdict. "recorded runs" are virtual requests and
receipts, recorded and judged by the code that does so with real ones: of versions that are slow, fail,
lose deliveries, block the event loop or end without a result. The others are the decision alone, on
latencies that are drawn.
Noise is the standard deviation between runs, three fifths of its variance shared by the two runs of
a round. False alarms and power are shares of the trials that ended as a regression, passes of those
that passed. The same seed gives the same table.

--real measures the registry against itself, and against itself with faults, by processes of pairs on
real servers. Gates are then drawn from each case's processes: what the gate would have said had it met
them. 100 and 20 processes take about an hour and a half.

Exit code
  0 every bound is met   1 one is broken   2 something else is broken

Example
  npm run gate:selftest -- --trials 20
  npm run gate:selftest -- --real --processes 100 --faulty 20`

interface Flags {
  readonly trials?: string
  readonly short?: true
  readonly seed: string
  readonly json?: true
  readonly real?: true
  readonly processes: string
  readonly faulty: string
  readonly samples?: string
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
    .addOption(new Option('--real', 'pairs on real servers, instead of rounds that are drawn'))
    .addOption(new Option('--processes <n>', 'with --real: per operation, of A/A').default('100'))
    .addOption(
      new Option('--faulty <n>', 'with --real: per operation, of each fault; 0: none').default(
        '20',
      ),
    )
    .addOption(new Option('--samples <file>', 'with --real: add a line of JSON per process'))
    .addHelpText('after', HELP)
    .action(async (flags: Flags) => {
      exitCode = flags.real === true ? await realSelftest(flags) : await selftest(flags)
    })
  await runCommandLine(command, args)
  return exitCode
}

async function selftest(flags: Flags): Promise<CommandEnd> {
  const isShort = flags.short === true
  const trials = wholeNumber('--trials', flags.trials ?? (isShort ? '10' : '100'), 1, 50_000)
  const seed = wholeNumber('--seed', flags.seed, 0, 2 ** 32 - 1)
  const live = liveLine()
  const rows = await runSelftest(selftestCases(isShort), {
    trials,
    seed,
    onProgress: (at) => live.say(describeProgress(at)),
  })
  live.clear()
  const isMet = rows.every((row) => row.isMet)
  if (flags.json === true) {
    process.stdout.write(`${JSON.stringify({ seed, trials, isShort, isMet, rows }, null, 2)}\n`)
  } else {
    process.stdout.write(`${renderSelftest(rows)}\n\n${isMet ? MET : BROKEN}\n`)
  }
  return isMet ? EXIT.good : EXIT.failed
}

/** Pairs of the running checkout's registry, with itself and with faults. */
async function realSelftest(flags: Flags): Promise<CommandEnd> {
  const processes = wholeNumber('--processes', flags.processes, PROCESSES.most, 10_000)
  const faulty = wholeNumber('--faulty', flags.faulty, 0, 10_000)
  const seed = wholeNumber('--seed', flags.seed, 0, 2 ** 32 - 1)
  const ending = new AbortController()
  const interruption = onSignals(() => ending.abort())
  const live = liveLine()
  const servers = await startBackends({
    ...backendSettings(process.env),
    onProgress: (message) => process.stderr.write(`${message}\n`),
  })
  try {
    const { backends } = servers
    if (backends.kind === 'memory') throw new EnvironmentError(backends.notice)
    const { samples, meanProcessMs } = await measureCases(
      {
        project: resolve(import.meta.dirname, '../..'),
        backends,
        processes,
        faulty,
        samplesFile: flags.samples ?? null,
        onProgress: live.say,
      },
      ending.signal,
    )
    live.clear()
    const rows = samples.map((one) => judgeSamples(one, seed))
    const isMet = rows.every((row) => row.isMet)
    if (flags.json === true) {
      process.stdout.write(`${JSON.stringify({ seed, isMet, meanProcessMs, rows }, null, 2)}\n`)
      return isMet ? EXIT.good : EXIT.failed
    }
    const gateMinutes = (OPERATIONS.length * PROCESSES.first * meanProcessMs) / 60_000
    process.stdout.write(
      `${renderReal(rows)}\n\n${formatSeconds(meanProcessMs)} per process: ${gateMinutes.toFixed(1)} min for ${PROCESSES.first} of each operation.\n${isMet ? MET : BROKEN}\n`,
    )
    return isMet ? EXIT.good : EXIT.failed
  } catch (error) {
    live.clear()
    if (interruption.exitCode !== null && ending.signal.aborted) return interruption.exitCode
    throw error
  } finally {
    await servers.stop()
  }
}

const MET = 'Every bound is met.'
const BROKEN = 'A bound is broken: the gate is not to be trusted.'

function wholeNumber(flag: string, text: string, least: number, most: number): number {
  const value = Number(text)
  if (/^\d+$/.test(text) && value >= least && value <= most) return value
  throw new InputError(`${flag}: "${text}" must be a whole number from ${least} to ${most}.`)
}

const LIVE_EVERY_MS = 100

/** One line on a terminal that is written anew; nothing elsewhere. */
interface LiveLine {
  readonly say: (text: string) => void
  readonly clear: () => void
}

function liveLine(): LiveLine {
  if (!process.stderr.isTTY) return { say: () => {}, clear: () => {} }
  let nextMs = 0
  return {
    say: (text) => {
      if (performance.now() < nextMs) return
      nextMs = performance.now() + LIVE_EVERY_MS
      process.stderr.write(`\r\u001B[K${text}`)
    },
    clear: () => process.stderr.write('\r\u001B[K'),
  }
}

function describeProgress({ case: tried, trial, trials }: SelftestProgress): string {
  const { target, name, noise } = tried
  const at = noise === null ? '' : ` at ${Math.round(noise * 100)} % noise`
  return `${target}, ${name}${at}: trial ${trial + 1} of ${trials}`
}
