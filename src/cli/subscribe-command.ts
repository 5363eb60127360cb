import type { Command } from 'commander'
import { parseNatsUrls } from '../environment/addresses.ts'
import { parseDurationMs } from '../load/duration.ts'
import { InputError } from '../input-error.ts'
import { RegistryError } from '../registry/errors.ts'
import { validateNamespace } from '../registry/identity.ts'
import { ALL_IDENTITIES, parseIdentityPattern } from '../registry/identity-pattern.ts'
import { checkReceiving, receive, type ReceivingEvent } from '../subscribers/receive.ts'
import { renderReceiving } from '../subscribers/render-receiving.ts'
import { onSignals } from '../process/signals.ts'

/** The flags as they were typed. */
interface SubscribeFlags {
  readonly namespace: string
  readonly pattern?: string
  readonly natsServers?: string
  readonly reportInterval: string
  readonly json?: true
  readonly check?: true
}

const AFTER = `
A message counts once for each identity that receives it: that is a receipt. Its second arrival at one
identity is a duplicate, recognised among the latest 4,096 messages. Processes with one namespace and one
pattern share the messages between them.

Exit code
  0 ended by Ctrl-C or SIGTERM; or with --check, somebody receives   2 something is broken; nobody does

Examples
  prism-loadtest subscribe
  prism-loadtest subscribe --pattern 'loadtest-user-*' --nats-servers nats://localhost:4222
  prism-loadtest subscribe --check`

/** Adds `prism-loadtest subscribe`. It runs until the process gets SIGINT or SIGTERM. */
export function addSubscribe(program: Command): void {
  const command = program
    .command('subscribe')
    .description(
      'Receives the multicasts of a namespace and confirms them, until Ctrl-C, and says what it received.',
    )
  command
    .option('--namespace <name>', 'whose multicasts', 'loadtest')
    .option(
      '--pattern <pattern>',
      'only these identities; * stands for any characters; all by default',
    )
    .option('--nats-servers <addresses>', 'separated by commas; NATS_URL, or nats://localhost:4222')
    .option('--report-interval <time>', 'time between two lines, at least 1s', '5s')
    .option('--json', 'one JSON object per line')
    .option('--check', 'start nothing: does anybody receive for this namespace, or this pattern?')
    .addHelpText('after', AFTER)
    .action(() => subscribe(command.opts<SubscribeFlags>(), process.env))
}

async function subscribe(
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
  const intervalMs = parseDurationMs(flags.reportInterval, '--report-interval')
  if (intervalMs < 1_000) {
    throw new InputError(`--report-interval: "${flags.reportInterval}" must be at least 1s.`)
  }
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
  await receive(receiving, { intervalMs, signal: untilSignal(), onEvent })
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
