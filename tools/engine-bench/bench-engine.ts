import { renderEngineTable } from './engine-table.ts'
import { LOADS_PER_ROUND, measureTechniques } from './measure-techniques.ts'
import { startEchoServer } from './start-echo-server.ts'
import type { EngineTarget } from './target.ts'
import { parseDurationMs } from '../../src/load/duration.ts'
import { InputError } from '../../src/input-error.ts'
import { EXIT } from '../../src/exit-code.ts'
import { benchPeers } from './bench-peers.ts'
import { toolCommand, type Define } from '../../src/cli/command-line.ts'
import { option, positiveMs } from '../../src/cli/flags.ts'
import { addSections, type HelpBody } from '../../src/cli/help-sections.ts'
import type { CommandEnd } from '../../src/process/run-command.ts'

const ROUNDS = 3

/** With eight rows at three rates, all of `--peers` takes 6 minutes then. */
const PEERS_DURATION = '9s'

const HOW = [
  `The targets are a function that does nothing and a TCP echo server in another process. The load is sent by one generator, or by two in separate threads, half each. All techniques take turns in ${ROUNDS} rounds, in a new random order each.`,
  "--peers measures the engine with Node's HTTP client beside vegeta, k6, wrk2, hey, autocannon and artillery, as far as they are on the PATH, at 100, 1,000 and 10,000 requests/s. A judge, which is a separate server, notes when each request arrives, and once holds all answers for 1 s. See docs/how-punctual.md.",
]

const COLUMNS: HelpBody = [
  ['started, ok', 'ratio of the planned requests; "all" is every single one'],
  ['lateness', 'from when a request was due to when it started'],
  ['largest batch', 'requests started back to back to catch up with the schedule'],
  ['CPU', 'of the generators, with their clock threads; 100 % is one core'],
]

/** `npm run bench:engine` */
export const benchEngine: Define = (command, end) => {
  command
    .description(
      'Measures the load engine itself: how punctually each technique starts requests on this machine, and what that costs.',
    )
    .addOption(
      option(
        '--duration <time>',
        `length of each of the ${2 * ROUNDS * LOADS_PER_ROUND} loads; 1s by default; with --peers, of each generator at each rate; ${PEERS_DURATION} by default`,
        positiveMs(),
      ),
    )
    .option('--peers', 'measure the engine beside other generators')
    .option(
      '--page <file>',
      'with --peers: also put the table into this page, such as docs/how-punctual.md',
    )
    .action(async (flags: Flags) => end(await run(flags)))
  addSections(command, {
    sections: [
      ['How it works', HOW],
      ['Columns', COLUMNS],
    ],
    exitCodes: { 0: 'measured' },
    examples: [
      toolCommand('bench:engine'),
      toolCommand('bench:engine', '--peers --page docs/how-punctual.md'),
    ],
  })
}

interface Flags {
  readonly duration?: number
  readonly peers?: true
  readonly page?: string
}

async function run({ duration, peers, page }: Flags): Promise<CommandEnd> {
  if (peers === true) {
    return benchPeers(duration ?? parseDurationMs(PEERS_DURATION, '--duration'), page)
  }
  if (page !== undefined) throw new InputError('--page: only --peers has a table for a page.')
  const durationMs = duration ?? 1_000
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
