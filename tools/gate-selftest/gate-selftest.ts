import { resolve } from 'node:path'
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
import { EXIT } from '../../src/exit-code.ts'
import { toolCommand, type Define } from '../../src/cli/command-line.ts'
import { MAX_SEED, option, wholeNumber } from '../../src/cli/flags.ts'
import { addSections } from '../../src/cli/help-sections.ts'
import type { CommandEnd } from '../../src/process/run-command.ts'
import { onSignals } from '../../src/process/signals.ts'

const HOW = [
  'Each trial is a gate from its first round to its verdict. "recorded runs" are virtual requests and receipts, recorded and judged by the code for real ones: of versions that are slow, fail, lose deliveries, block the event loop or end without a result. The others exercise the decision alone, on random latencies.',
  'Noise is the standard deviation between runs; the two runs of a round share three fifths of its variance. False alarms and power are ratios of the trials that ended as a regression; passes, of those that passed. The same random seed gives the same table.',
  "--real measures the registry against itself, and against itself with faults, by processes of pairs on real servers. Gates are then drawn from each case's processes, as if each gate had met them. 100 and 20 processes take about an hour and a half.",
]

interface Flags {
  readonly trials?: number
  readonly short?: true
  readonly seed: number
  readonly json?: true
  readonly real?: true
  readonly processes: number
  readonly faulty: number
  readonly samples?: string
}

/** `npm run gate:selftest` */
export const gateSelftest: Define = (command, end) => {
  command
    .description('Measures the detection and false-alarm rates of the gate.')
    .addOption(
      option(
        '--trials <n>',
        'trials per case; 100 by default, 10 with --short',
        wholeNumber(1, 50_000),
      ),
    )
    .option('--short', 'for CI: only the least noise for recorded runs')
    .addOption(option('--seed <n>', 'random seed', wholeNumber(0, MAX_SEED), '1'))
    .option('--json', 'print the table as JSON')
    .option('--real', 'measure pairs on real servers instead of simulated rounds')
    .addOption(
      option(
        '--processes <n>',
        'with --real: processes per operation without a fault',
        wholeNumber(PROCESSES.most, 10_000),
        '100',
      ),
    )
    .addOption(
      option(
        '--faulty <n>',
        'with --real: processes per operation with each fault; 0: none',
        wholeNumber(0, 10_000),
        '20',
      ),
    )
    .option('--samples <file>', 'with --real: append one line of JSON per process')
    .action(async (flags: Flags) =>
      end(flags.real === true ? await realSelftest(flags) : await selftest(flags)),
    )
  addSections(command, {
    sections: [['How it works', HOW]],
    exitCodes: { 0: 'every bound is met', 1: 'a bound is broken' },
    examples: [
      toolCommand('gate:selftest', '--trials 20'),
      toolCommand('gate:selftest', '--real --processes 100 --faulty 20'),
    ],
  })
}

async function selftest(flags: Flags): Promise<CommandEnd> {
  const isShort = flags.short === true
  const trials = flags.trials ?? (isShort ? 10 : 100)
  const { seed } = flags
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
  const { processes, faulty, seed } = flags
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

const LIVE_EVERY_MS = 100

/** A line that is overwritten on a terminal; nothing elsewhere. */
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
