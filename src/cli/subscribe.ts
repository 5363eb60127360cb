import { parseNatsUrls } from '../environment/addresses.ts'
import { InputError } from '../input-error.ts'
import { RegistryError } from '../registry/errors.ts'
import { validateNamespace } from '../registry/identity.ts'
import { ALL_IDENTITIES, parseIdentityPattern } from '../registry/identity-pattern.ts'
import { checkReceiving, receive, type ReceivingEvent } from '../subscribers/receive.ts'
import { renderReceiving } from '../subscribers/render-receiving.ts'
import { onSignals } from '../process/signals.ts'
import { EXIT } from '../exit-code.ts'
import { typedCommand } from '../typed-command.ts'
import type { Define } from './command-line.ts'
import { atLeastOneSecondMs, option } from './flags.ts'
import { addSections, BROKEN } from './help-sections.ts'

/** The flags as they were typed. */
interface SubscribeFlags {
  readonly namespace: string
  readonly pattern?: string
  readonly natsServers?: string
  readonly reportInterval: number
  readonly json?: true
  readonly check?: true
}

/** `prism-loadtest subscribe`. It runs until the process gets SIGINT or SIGTERM. */
export const subscribe: Define = (command, end) => {
  command
    .description(
      'Receives the multicasts of a namespace and confirms them until Ctrl-C, and reports how many it received.',
    )
    .option('--namespace <name>', 'whose multicasts', 'loadtest')
    .option(
      '--pattern <pattern>',
      'only these identities; * stands for any characters; all by default',
    )
    .option('--nats-servers <addresses>', 'separated by commas; NATS_URL, or nats://localhost:4222')
    .addOption(
      option(
        '--report-interval <time>',
        'time between two lines, at least 1s',
        atLeastOneSecondMs,
        '5s',
      ),
    )
    .option('--json', 'print one JSON object per line')
    .option('--check', 'only check whether anybody receives for this namespace, or this pattern')
    .action(async (flags: SubscribeFlags) => {
      await run(flags, process.env)
      end(EXIT.good)
    })
  addSections(command, {
    sections: [
      [
        'Receipts',
        [
          'A message counts once for each identity that receives it: that is a receipt. Its second arrival at one identity is a duplicate, recognised among the latest 4,096 messages. Processes with one namespace and one pattern share the messages between them.',
        ],
      ],
    ],
    environment: [['NATS_URL', 'where NATS is, without --nats-servers']],
    exitCodes: {
      0: 'ended by Ctrl-C or SIGTERM; with --check, somebody receives',
      2: `${BROKEN}; with --check, nobody receives`,
    },
    examples: [
      typedCommand('subscribe'),
      typedCommand('subscribe', "--pattern 'loadtest-user-*' --nats-servers nats://localhost:4222"),
      typedCommand('subscribe', '--check'),
    ],
  })
}

async function run(
  flags: SubscribeFlags,
  env: Readonly<Record<string, string | undefined>>,
): Promise<void> {
  const { natsServers, namespace, pattern } = flags
  checked('--namespace', () => validateNamespace(namespace))
  if (pattern !== undefined) checked('--pattern', () => parseIdentityPattern(pattern))
  const natsUrls =
    natsServers === undefined
      ? parseNatsUrls(env['NATS_URL'] || 'nats://localhost:4222')
      : parseNatsUrls(natsServers, '--nats-servers')
  const print = (line: string): void => void process.stdout.write(`${line}\n`)
  if (flags.check) {
    const processes = await checkReceiving({ natsUrls, namespace, pattern: pattern ?? null })
    print(
      flags.json
        ? JSON.stringify({ kind: 'check', processes })
        : `${processes} ${processes === 1 ? 'process receives' : 'processes receive'} for the namespace "${namespace}"`,
    )
    return
  }
  const onEvent = (event: ReceivingEvent): void =>
    print(flags.json ? JSON.stringify(event) : renderReceiving(event))
  const receiving = { natsUrls, namespace, pattern: pattern ?? ALL_IDENTITIES }
  await receive(receiving, { intervalMs: flags.reportInterval, signal: untilSignal(), onEvent })
}

/** Aborted by the first signal; a second one ends the process at once. */
function untilSignal(): AbortSignal {
  const ending = new AbortController()
  onSignals(() => ending.abort())
  return ending.signal
}

/** What the registry refuses, as its user typed it. */
function checked(flag: string, check: () => unknown): void {
  try {
    check()
  } catch (error) {
    if (!(error instanceof RegistryError)) throw error
    const reason = error.message.replace(/^\w+ /, '')
    throw new InputError(`${flag}: ${reason}.`, { cause: error })
  }
}
