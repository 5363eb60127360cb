import { EXIT } from '../../exit-code.ts'
import { typedCommand } from '../../typed-command.ts'
import type { Define } from '../command-line.ts'
import { atLeastOneSecondMs, option } from '../flags.ts'
import { addSections, BROKEN } from '../help-sections.ts'
import { addServerFlags, serverVariables } from '../server-flags.ts'
import type { SubscribeFlags } from '../actions/subscribe.ts'

/** `prism-loadtest subscribe`. It runs until the process gets SIGINT or SIGTERM. */
export const subscribe: Define = (command, end) => {
  command
    .description(
      'Receives the multicasts of a namespace and confirms them until Ctrl-C, and reports how many it received.',
    )
    .option('--namespace <name>', 'the namespace of the multicasts', 'loadtest')
    .option(
      '--pattern <pattern>',
      'only these identities; * stands for any characters; all by default',
    )
    .option('--nats-servers <addresses>', 'separated by commas; NATS_URL, or nats://localhost:4222')
    .addOption(
      option(
        '--report-interval <time>',
        'time between progress lines, at least 1s',
        atLeastOneSecondMs,
        '5s',
      ),
    )
    .option('--json', 'print one JSON object per line')
    .option('--check', 'only check whether the namespace, or the pattern, has a subscriber')
    .action(async (flags: SubscribeFlags) => {
      const { receiveMulticasts } = await import('../actions/subscribe.ts')
      await receiveMulticasts(flags, process.env)
      end(EXIT.good)
    })
  addServerFlags(command, ['nats'])
  addSections(command, {
    sections: [
      [
        'Receipts',
        [
          'A receipt is one message received by one identity. A second arrival at the same identity is a duplicate, recognised among the latest 4,096 messages. Processes with one namespace and one pattern share the messages between them.',
        ],
      ],
    ],
    environment: [
      ['NATS_URL', 'NATS servers, without --nats-servers'],
      ...serverVariables(['nats']),
    ],
    exitCodes: {
      0: 'ended by Ctrl-C or SIGTERM; with --check, a subscriber was found',
      2: `${BROKEN}; with --check, no subscriber was found`,
    },
    examples: [
      typedCommand('subscribe'),
      typedCommand('subscribe', "--pattern 'loadtest-user-*' --nats-servers nats://localhost:4222"),
      typedCommand('subscribe', '--check'),
    ],
  })
}
