/**
 * A process whose handlers are traced. Arguments: the URLs of Redis and NATS, the namespace, the identity to host. Tells its
 * parent when it is ready, and its spans whenever the parent sends a message.
 */
import { connectRegistry } from '../../connect.ts'
import { recordSpans } from './recorded-spans.ts'

const [redisUrl = '', natsUrls = '', namespace = '', identity = ''] = process.argv.slice(2)
const { tracer, spans } = recordSpans()
const registry = await connectRegistry({ redisUrl, natsUrls: natsUrls.split(','), namespace })
await registry.subscribe(identity, async () => tracer.startSpan('user code').end())
await registry.register(identity, {})
process.on('message', () => process.send?.(spans()))
process.send?.('ready')
