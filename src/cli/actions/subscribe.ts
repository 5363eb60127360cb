import { admittedNatsUrls } from '../../environment/admitted-urls.ts'
import { InputError } from '../../input-error.ts'
import { RegistryError } from '../../registry/errors.ts'
import { validateNamespace } from '../../registry/identity.ts'
import { ALL_IDENTITIES, parseIdentityPattern } from '../../registry/identity-pattern.ts'
import { checkReceiving, receive, type ReceivingEvent } from '../../subscribers/receive.ts'
import { renderReceiving } from '../../subscribers/render-receiving.ts'
import { onSignals } from '../../process/signals.ts'

/** The flags as they were typed. */
export interface SubscribeFlags {
  readonly namespace: string
  readonly pattern?: string
  readonly natsServers?: string
  readonly reportInterval: number
  readonly json?: true
  readonly check?: true
}

/**
 * Receives until a signal, or checks whether anybody receives.
 * @throws UserError
 */
export async function receiveMulticasts(
  flags: SubscribeFlags,
  env: Readonly<Record<string, string | undefined>>,
): Promise<void> {
  const { natsServers, namespace, pattern } = flags
  checked('--namespace', () => validateNamespace(namespace))
  if (pattern !== undefined) checked('--pattern', () => parseIdentityPattern(pattern))
  const natsUrls =
    natsServers === undefined
      ? admittedNatsUrls(env['NATS_URL'] || 'nats://localhost:4222', env)
      : admittedNatsUrls(natsServers, env, '--nats-servers')
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

/** Names the flag whose value the registry refuses. */
function checked(flag: string, check: () => unknown): void {
  try {
    check()
  } catch (error) {
    if (!(error instanceof RegistryError)) throw error
    const reason = error.message.replace(/^\w+ /, '')
    throw new InputError(`${flag}: ${reason}.`, { cause: error })
  }
}
