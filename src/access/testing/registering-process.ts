/** Registers as fast as it can. Arguments: URL, namespace, name, for how long in ms. Prints how many were accepted. */
import { connectRedisStore } from '../../registry/redis/redis-store.ts'

const [url = '', namespace = '', name = '', forMs = '0'] = process.argv.slice(2)
const store = await connectRedisStore({ url, namespace, scripts: 'functions', quotas: true })
const endsAtMs = performance.now() + Number(forMs)
let accepted = 0
for (let n = 0; performance.now() < endsAtMs; n += 1) {
  try {
    await store.register({
      identity: `${name}-${n % 3}`,
      metadataJson: '{}',
      ttlMs: 60_000,
      replace: true,
      gateway: null,
    })
    accepted += 1
    if (n % 5 === 0) await store.unregister(`${name}-${n % 3}`)
  } catch (error) {
    if (Reflect.get(Object(error), 'code') !== 'RATE_LIMITED') throw error
  }
}
await store.close()
process.stdout.write(String(accepted))
