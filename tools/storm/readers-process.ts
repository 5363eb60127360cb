import { filterFrom } from '../../src/registry/filter/filter.ts'
import { connectRedisStore } from '../../src/registry/redis/redis-store.ts'
import type { RegistryStore } from '../../src/registry/store.ts'

/** How long each reader took until its first answer, in ms. */
export interface ReadTimes {
  readonly tookMs: readonly number[]
}

const [url = '', count = '', maxConcurrentLoads = ''] = process.argv.slice(2)
const everything = filterFrom({})

/** More at once would time each other out. */
const CONNECTING = 20

const stores: RegistryStore[] = []
while (stores.length < Number(count)) {
  const length = Math.min(CONNECTING, Number(count) - stores.length)
  stores.push(...(await Promise.all(Array.from({ length }, connected))))
}

function connected(): Promise<RegistryStore> {
  return connectRedisStore({
    url,
    namespace: 'storm',
    maxConcurrentLoads: Number(maxConcurrentLoads),
    loadTimeoutMs: 600_000,
  })
}

process.on('message', () => {
  void readTogether().then((times) => process.send?.(times))
})
process.on('disconnect', () => process.exit())
process.send?.('ready')

async function readTogether(): Promise<ReadTimes> {
  const beganAtMs = performance.now()
  const tookMs = await Promise.all(
    stores.map(async (store) => {
      for (;;) {
        try {
          await store.selectTargets(everything)
          return performance.now() - beganAtMs
        } catch {
          // The connection is lost; the store reconnects.
          await new Promise((resolve) => setTimeout(resolve, 20))
        }
      }
    }),
  )
  return { tookMs }
}
