/**
 * A process with a durable gateway, for the tests that kill one. Arguments: the server's URL, the
 * namespace, the gateway's name, a file, then identities or patterns. Each message handled is a line
 * `<identity> <message id>` in the file, written before the handler returns. A payload is the time
 * in ms that the handler takes after that; with `spin ` before it, the handler holds the event loop.
 */
import { appendFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import type { ReceivedMessage } from '../../messenger.ts'
import { connectNatsMessenger } from '../nats-messenger.ts'

const [url = '', namespace = '', gatewayName = '', file = '', ...identities] = process.argv.slice(2)
const messenger = await connectNatsMessenger({
  servers: [url],
  namespace,
  durability: { gatewayName },
})

async function takeTime(takes: string): Promise<void> {
  const end = performance.now() + Number(takes.replace('spin ', ''))
  if (takes.startsWith('spin ')) while (performance.now() < end);
  else await delay(end - performance.now())
}

function handle({ id, identity, payload }: ReceivedMessage): void | Promise<void> {
  appendFileSync(file, `${identity} ${id}\n`)
  const takes = new TextDecoder().decode(payload)
  if (takes === '0') return
  const taking = takeTime(takes)
  return takes.startsWith('spin ') ? undefined : taking
}

await Promise.all(
  identities.map((identity) =>
    identity.includes('*')
      ? messenger.subscribeMatching(identity, handle)
      : messenger.subscribe(identity, handle),
  ),
)
process.send?.(messenger.gateway)
