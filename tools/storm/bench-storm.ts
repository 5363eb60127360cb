import { toolCommand, type Define } from '../../src/cli/command-line.ts'
import { option, wholeNumber } from '../../src/cli/flags.ts'
import { addSections, type HelpBody } from '../../src/cli/help-sections.ts'
import { startRedisProgram } from '../../src/environment/programs.ts'
import { EXIT } from '../../src/exit-code.ts'
import { MAX_CONCURRENT_LOADS } from '../../src/registry/redis/load-permits.ts'
import { fill, measureStorms, type Storm, type StormSize } from './measure-storm.ts'
import { ratiosOf, renderStorms, STORM_COLUMNS } from './storm-table.ts'

const HOW = [
  'Starts a Redis of its own. In each round, new readers load the namespace: once all together, and once a few at a time, as the registry does. Then Redis goes back to an earlier state, as a failover that loses writes does, and the same readers read again: of more than 1,000 lost changes, a few at a time. Meanwhile a writer renews a registration every 5 ms.',
]

const COLUMNS: HelpBody = STORM_COLUMNS.map(({ title, meaning }) => [title, meaning])

/** `npm run bench:storm` */
export const benchStorm: Define = (command, end) => {
  command
    .description(
      'Measures a storm of readers that load a whole namespace at once: all together, and a few at a time.',
    )
    .addOption(option('--readers <n>', 'readers', wholeNumber(2, 10_000)).default(100))
    .addOption(
      option('--processes <n>', 'processes that share them', wholeNumber(1, 64)).default(4),
    )
    .addOption(
      option('--registrations <n>', 'registrations', wholeNumber(1, 1_000_000)).default(2_000),
    )
    .addOption(
      option('--lost <n>', 'changes that the failover loses', wholeNumber(1, 10_000)).default(500),
    )
    .addOption(option('--rounds <n>', 'rounds', wholeNumber(1, 100)).default(2))
    .action(async (flags: Flags) => {
      await run(flags)
      end(EXIT.good)
    })
  addSections(command, {
    sections: [
      ['How it works', HOW],
      ['Columns', COLUMNS],
    ],
    exitCodes: { 0: 'measured' },
    examples: [
      toolCommand('bench:storm'),
      toolCommand('bench:storm', '--readers 1000 --registrations 2000'),
    ],
  })
}

interface Flags extends StormSize {
  readonly rounds: number
}

async function run({ rounds, ...size }: Flags): Promise<void> {
  const server = await startRedisProgram({ extraArgs: ['--enable-debug-command', 'yes'] })
  const together: Storm[] = []
  const inTurns: Storm[] = []
  const backTogether: Storm[] = []
  const backInTurns: Storm[] = []
  try {
    await fill(server.url, size.registrations)
    for (let round = 1; round <= rounds; round += 1) {
      // The order alternates, so that neither has the warmer server.
      for (const limited of round % 2 === 1 ? [false, true] : [true, false]) {
        const storms = await measureStorms(
          server.url,
          size,
          limited ? MAX_CONCURRENT_LOADS : size.readers,
        )
        const [starts, failovers] = limited ? [inTurns, backInTurns] : [together, backTogether]
        starts.push(storms.start)
        failovers.push(storms.failover)
      }
      if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K  round ${round} of ${rounds}`)
    }
  } finally {
    await server.stop()
  }
  if (process.stderr.isTTY) process.stderr.write('\r\x1b[K')
  const most = Math.min(MAX_CONCURRENT_LOADS, size.readers)
  process.stdout.write(
    `${size.readers} readers of ${size.registrations} registrations; medians of ${rounds} rounds\n${renderStorms(
      [
        ['all together', together],
        [`${most} at a time`, inTurns],
        ['after a failover, all together', backTogether],
        [`after a failover, ${most} at a time`, backInTurns],
      ],
    )}\n${ratiosOf(together, inTurns)}\n`,
  )
}
