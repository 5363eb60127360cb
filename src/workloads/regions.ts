import { numbersIn, type Shard } from '../load/arrivals/shard.ts'
import type { MulticastRegistry } from '../registry/registry.ts'
import { LASTING_TTL_MS, loadTestIdentity } from './register.ts'

/** A region and its number of identities. */
export interface Region {
  readonly name: string
  readonly identities: number
}

/** Registers the identities of all regions in batches; a shard registers its own. */
export async function registerRegions(
  registry: MulticastRegistry,
  regions: readonly Region[],
  shard: Shard,
): Promise<void> {
  const LOT = 200
  const all = regions.flatMap(({ name, identities }) =>
    Array.from({ length: identities }, () => name),
  )
  const own = numbersIn(shard, all.length)
  for (let start = 0; start < own.length; start += LOT) {
    const numbers = own.slice(start, start + LOT)
    await Promise.all(
      numbers.map((n) =>
        registry.register(
          loadTestIdentity(n),
          { region: all[n] ?? '', status: n % 2 === 0 ? 'online' : 'away' },
          { ttlMs: LASTING_TTL_MS, replace: true },
        ),
      ),
    )
  }
}
