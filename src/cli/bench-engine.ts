import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import { startEchoTarget } from '../engine-bench/echo-client.ts'
import { renderEngineTable, type EngineRow } from '../engine-bench/engine-table.ts'
import { measureEngine } from '../engine-bench/measure-engine.ts'
import { parseDurationMs } from '../load/duration.ts'
import { measureFreeCores } from '../load/dispatch/free-cores.ts'
import { chooseTechnique, TECHNIQUES } from '../load/dispatch/technique.ts'
import { InputError } from '../load/input-error.ts'
import { EXIT } from '../results/outcome.ts'

const RATES_PER_SECOND = [100, 1_000, 10_000, 50_000]

const HELP = `Measures the load engine itself: how punctually each technique starts requests on this machine,
and what that costs. The targets are a function that does nothing and a TCP echo server in another
process; one generator thread.

  npm run bench:engine [-- --duration <time>]

Options, after --
  --duration <time>   measure each of the ${RATES_PER_SECOND.length * TECHNIQUES.length * 2} loads for so long; 3s by default
  -h, --help          this text

Columns
  started, ok         share of the planned requests; "all" is each single one
  lateness            from when a request was due to when it was started
  largest batch       requests started one after another to catch up with the schedule
  CPU                 of this process; 100 % is one core

Exit code
  0 measured   2 something is broken
`

/** The command line of `npm run bench:engine`. Ends the process with an exit code of `EXIT`. */
export async function run(args: readonly string[]): Promise<void> {
  try {
    await benchEngine(args)
  } catch (error) {
    if (!(error instanceof InputError)) throw error
    process.stderr.write(`${error.message}\n`)
    process.exitCode = EXIT.broken
  }
}

async function benchEngine(args: readonly string[]): Promise<void> {
  const { help, duration } = parseArguments(args)
  if (help === true) {
    process.stdout.write(HELP)
    return
  }
  const durationMs = parseDurationMs(duration ?? '3s', '--duration')
  if (durationMs === 0) throw new InputError('--duration: must be above 0, such as 3s.')

  const freeCores = await measureFreeCores()
  process.stdout.write(
    `${availableParallelism()} cores, ${freeCores.toFixed(1)} of them free: left to itself, the engine uses ` +
      `"${chooseTechnique(freeCores)}" here.\n`,
  )
  await measureTarget('a function that does nothing', async () => {}, durationMs)
  const echo = await startEchoTarget()
  try {
    await measureTarget('TCP echo on loopback', () => echo.client.echo(), durationMs)
  } finally {
    await echo.stop()
  }
}

async function measureTarget(
  name: string,
  request: () => Promise<void>,
  durationMs: number,
): Promise<void> {
  const loads = TECHNIQUES.length * RATES_PER_SECOND.length
  process.stdout.write(`\n${name}: ${loads} loads of ${durationMs / 1_000} s\n`)
  const rows: EngineRow[] = []
  for (const technique of TECHNIQUES) {
    for (const ratePerSecond of RATES_PER_SECOND) {
      const load = { technique, ratePerSecond, durationMs, request }
      rows.push({ technique, ratePerSecond, ...(await measureEngine(load)) })
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
    const reason = error instanceof Error ? error.message : String(error)
    throw new InputError(`${reason}\nSee npm run bench:engine -- --help.`)
  }
}
