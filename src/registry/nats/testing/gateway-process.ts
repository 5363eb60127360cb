/**
 * A process that hosts subscribers, for the tests that kill one. Arguments: the server's URL, the
 * namespace, how many identities `user-<n>` to host. Tells its parent its gateway when ready.
 */
import { connectNatsMessenger } from '../nats-messenger.ts'

const [url = '', namespace = '', count = '0'] = process.argv.slice(2)
const messenger = await connectNatsMessenger({ servers: [url], namespace })
await Promise.all(
  Array.from({ length: Number(count) }, (_, n) => messenger.subscribe(`user-${n}`, () => {})),
)
process.send?.(messenger.gateway)
