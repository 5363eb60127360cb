import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import { renderEngineTable, type EngineRow } from '../engine-bench/engine-table.ts'
import { measureEngine } from '../engine-bench/measure-engine.ts'
import { startEchoServer } from '../engine-bench/start-echo-server.ts'
import type { EngineTarget } from '../engine-bench/target.ts'
import { parseDurationMs } from '../load/duration.ts'
import { measureFreeCores } from '../load/dispatch/free-cores.ts'
import { chooseTechnique, TECHNIQUES } from '../load/dispatch/technique.ts'
import { InputError } from '../load/input-error.ts'
import { EXIT } from '../results/outcome.ts'
import type { CommandEnd } from './run-command.ts'

const RATES_PER_SECOND = [100, 1_000, 10_000, 50_000]
const GENERATORS = [1, 2]

const HELP = `Measures the load engine itself: how punctually each technique starts requests on this machine,
and what that costs. The targets are a function that does nothing and a TCP echo server in another
process; one generator sends the load, then two, in threads of their own, send half of it each.

  npm run bench:engine [-- --duration <time>]

Options, after --
  --duration <time>   measure each of the ${RATES_PER_SECOND.length * TECHNIQUES.length * GENERATORS.length * 2} loads for so long; 2s by default
  -h, --help          this text

Columns
  started, ok         share of the planned requests; "all" is each single one
  lateness            from when a request was due to when it was started
  largest batch       requests started one after another to catch up with the schedule
  CPU                 of the generators' threads; 100 % is one core

Exit code
  0 measured   2 something is broken
`

/** The command line of `npm run bench:engine`. */
export async function run(args: readonly string[]): Promise<CommandEnd> {
  const { help, duration } = parseArguments(args)
  if (help === true) {
    process.stdout.write(HELP)
    return EXIT.good
  }
  const durationMs = parseDurationMs(duration ?? '2s', '--duration')
  if (durationMs === 0) throw new InputError('--duration: must be above 0, such as 2s.')

  const freeCores = await measureFreeCores()
  process.stdout.write(
    `${availableParallelism()} cores, ${freeCores.toFixed(1)} of them free: left to itself, the engine uses ` +
      `"${chooseTechnique(freeCores)}" here.\n`,
  )
  await measureTarget('a function that does nothing', { kind: 'nothing' }, durationMs)
  const { port, stop } = await startEchoServer()
  try {
    await measureTarget('TCP echo on loopback', { kind: 'echo', port }, durationMs)
  } finally {
    await stop()
  }
  return EXIT.good
}

async function measureTarget(
  name: string,
  target: EngineTarget,
  durationMs: number,
): Promise<void> {
  const loads = TECHNIQUES.length * RATES_PER_SECOND.length * GENERATORS.length
  process.stdout.write(`\n${name}: ${loads} loads of ${durationMs / 1_000} s\n`)
  const rows: EngineRow[] = []
  for (const technique of TECHNIQUES) {
    for (const generators of GENERATORS) {
      for (const ratePerSecond of RATES_PER_SECOND) {
        const load = { technique, ratePerSecond, durationMs, target }
        rows.push({
          technique,
          generators,
          ratePerSecond,
          ...(await measureEngine(load, generators)),
        })
      }
    }
  }
  process.stdout.write(`${renderEngineTable(rows)}\n`)
}

function parseArguments(args: readonly string[]): { duration?: string; help?: boolean } {
  try {
    return parseArgs({
      args: [...args],
      options: { duration: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
    }).values
  } catch (error) {
    // Node goes on to advise on positional arguments; nobody here wants one that begins with a dash.
    const [reason] = (error instanceof Error ? error.message : String(error)).split('. ')
    throw new InputError(`${reason}. See npm run bench:engine -- --help.`)
  }
}
