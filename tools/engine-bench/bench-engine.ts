import { parseArgs } from 'node:util'
import { renderEngineTable } from './engine-table.ts'
import { LOADS_PER_ROUND, measureTechniques } from './measure-techniques.ts'
import { startEchoServer } from './start-echo-server.ts'
import type { EngineTarget } from './target.ts'
import { parseDurationMs } from '../../src/load/duration.ts'
import { InputError } from '../../src/input-error.ts'
import { EXIT } from '../../src/run-file/outcome.ts'
import { benchPeers } from './bench-peers.ts'
import type { CommandEnd } from '../../src/cli/run-command.ts'

const ROUNDS = 3

/** With eight rows at three rates, all of `--peers` takes 6 minutes then. */
const PEERS_DURATION = '9s'

const HELP = `Measures the load engine itself: how punctually each technique starts requests on this machine,
and what that costs. The targets are a function that does nothing and a TCP echo server in another
process; one generator sends the load, and two, in threads of their own, send half of it each. All
techniques have their turns in ${ROUNDS} rounds, in an order drawn anew for each.

  npm run bench:engine [-- --duration <time>]
  npm run bench:engine -- --peers [--duration <time>] [--page <file>]

The second measures the engine with Node's HTTP client beside vegeta, k6, wrk2, hey, autocannon and
artillery, as far as they are on the PATH, at 100, 1,000 and 10,000 requests/s. A judge, which is a
server of its own, notes when each request arrives, and once holds all answers for 1 s. See
docs/how-punctual.md.

Options, after --
  --duration <time>   length of each of the ${2 * ROUNDS * LOADS_PER_ROUND} loads; 1s by default
  --peers             beside other generators; --duration is ${PEERS_DURATION} then, for each of them at each rate
  --page <file>       with --peers: also put the table into this page, such as docs/how-punctual.md
  -h, --help          this text

Columns
  started, ok         share of the planned requests; "all" is each single one
  lateness            from when a request was due to when it was started
  largest batch       requests started one after another to catch up with the schedule
  CPU                 of the generators, with their clock threads; 100 % is one core

Exit code
  0 measured   2 something is broken
`

/** The command line of `npm run bench:engine`. */
export async function run(args: readonly string[]): Promise<CommandEnd> {
  const { help, duration, peers, page } = parseArguments(args)
  if (help === true) {
    process.stdout.write(HELP)
    return EXIT.good
  }
  const isBesidePeers = peers === true
  const durationMs = parseDurationMs(
    duration ?? (isBesidePeers ? PEERS_DURATION : '1s'),
    '--duration',
  )
  if (durationMs === 0) throw new InputError('--duration: must be above 0, such as 2s.')
  if (isBesidePeers) return benchPeers(durationMs, page)
  if (page !== undefined) throw new InputError('--page: only --peers has a table for a page.')

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
  const loads = ROUNDS * LOADS_PER_ROUND
  process.stdout.write(`\n${name}: ${loads} loads of ${durationMs / 1_000} s\n`)
  let sent = 0
  const rows = await measureTechniques(target, durationMs, ROUNDS, () => {
    if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K  load ${++sent} of ${loads}`)
  })
  if (process.stderr.isTTY) process.stderr.write('\r\x1b[K')
  process.stdout.write(`${renderEngineTable(rows)}\n`)
}

interface Flags {
  readonly duration?: string
  readonly help?: boolean
  readonly peers?: boolean
  readonly page?: string
}

function parseArguments(args: readonly string[]): Flags {
  try {
    return parseArgs({
      args: [...args],
      options: {
        duration: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
        peers: { type: 'boolean' },
        page: { type: 'string' },
      },
    }).values
  } catch (error) {
    // Node goes on to advise on positional arguments; nobody here wants one that begins with a dash.
    const [reason] = (error instanceof Error ? error.message : String(error)).split('. ')
    throw new InputError(`${reason}. See npm run bench:engine -- --help.`)
  }
}
