/**
 * A process with a durable gateway, for the tests that kill one. Arguments: the server's URL, the
 * namespace, the gateway's name, a file, then identities. Each message handled is a line
 * `<identity> <message id>` in the file, written before the handler returns; a payload is the time
 * in ms that the handler takes after that.
 */
import { appendFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { connectNatsMessenger } from './nats-messenger.ts'

const [url = '', namespace = '', gatewayName = '', file = '', ...identities] = process.argv.slice(2)
const messenger = await connectNatsMessenger({
  servers: [url],
  namespace,
  durability: { gatewayName },
})
await Promise.all(
  identities.map((identity) =>
    messenger.subscribe(identity, async ({ id, payload }) => {
      appendFileSync(file, `${identity} ${id}\n`)
      const takesMs = Number(new TextDecoder().decode(payload))
      if (takesMs > 0) await delay(takesMs)
    }),
  ),
)
process.send?.(messenger.gateway)
