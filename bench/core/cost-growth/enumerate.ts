import { HOUR_MS } from '../measuring/core-test.ts'
import type { GrowthCase } from '../measuring/growth.ts'
import { GROUP, type GrowthWorld } from '../measuring/growth-world.ts'
import type { EnumerateOptions } from '../../../src/registry/enumeration.ts'
import type { Filter } from '../../../src/registry/filter/filter.ts'
import type { MulticastRegistry } from '../../../src/registry/registry.ts'

const ORDERS = ['ascending', 'descending'] as const
const SORTS = ['identity', 'registeredAt', 'expiresAt', 'metadata.rank', 'metadata.name'] as const
const SORTED = SORTS.flatMap((sortBy) => ORDERS.map((order) => ({ sortBy, order })))

/** Filters that no index answers, each with 100 matches at every size. */
const COMPARISONS: Readonly<Record<string, (size: number) => Filter>> = {
  ne: () => ({ group: 0, 'status.ne': 'offline' }),
  lt: () => ({ 'rank.lt': GROUP }),
  lte: () => ({ 'rank.lte': GROUP - 1 }),
  gt: (size) => ({ 'rank.gt': size - GROUP - 1 }),
  gte: (size) => ({ 'rank.gte': size - GROUP }),
  startswith: () => ({ 'name.startswith': 'name-1', 'rank.lt': 1_000 }),
  endswith: () => ({ 'name.endswith': '7', 'rank.lt': 1_000 }),
  contains: () => ({ 'tags.contains': 'tag-7' }),
  in: () => ({ 'rank.in': Array.from({ length: GROUP }, (_, n) => n) }),
  exists: () => ({ 'absent.exists': true }),
  $or: () => ({ $or: [{ group: 0 }, { rank: 7 }] }),
  $not: () => ({ $not: { 'rank.gte': GROUP } }),
}

/** Listings of 100 among n stored identities, and of all n, each after a heartbeat. */
export function enumerateCases(
  worldOf: (size: number) => Promise<GrowthWorld>,
): readonly GrowthCase[] {
  const caseOf = (
    what: string,
    law: GrowthCase['law'],
    filterOf: (size: number) => Filter,
    options: EnumerateOptions = {},
  ): GrowthCase => ({
    what,
    law,
    prepare: async (size) => {
      const world = await worldOf(size)
      const filter = filterOf(size)
      return { before: changeOne(world), run: () => world.registry.enumerate(filter, options) }
    },
  })
  const deepPage = (options: EnumerateOptions): GrowthCase => ({
    what: `enumerate {}, a later 100, ${described(options)}`,
    law: 'constant',
    prepare: async (size) => {
      const world = await worldOf(size)
      const limit = Math.max(1, size / 2)
      const { nextCursor } = await world.registry.enumerate({}, { ...options, limit })
      const cursor = nextCursor ?? ''
      const page = { ...options, limit: GROUP, cursor }
      return { before: changeOne(world), run: () => world.registry.enumerate({}, page) }
    },
  })
  const group = (): Filter => ({ group: 0 })
  const all = (): Filter => ({})
  const page = { limit: GROUP }
  return [
    caseOf('enumerate by equality, 100 of n', 'constant', group),
    caseOf('enumerate by two equalities, 100 of n', 'constant', () => ({
      group: 0,
      status: 'online',
    })),
    caseOf('enumerate by an equality that none has', 'constant', () => ({ group: -1 })),
    caseOf('enumerate 100 of n, without metadata', 'constant', group, { includeMetadata: false }),
    ...SORTED.map((sort) =>
      caseOf(`enumerate 100 of n, ${described(sort)}`, 'constant', group, sort),
    ),
    ...Object.entries(COMPARISONS).map(([operator, filterOf]) => ({
      ...caseOf(`enumerate by ${operator}, 100 of n`, 'n log n', filterOf),
      because: 'no index answers it: each registration is compared',
    })),
    {
      what: 'enumerate by scan, 100 of n',
      law: 'n log n',
      because: 'this strategy reads everything, and keeps nothing',
      prepare: async (size) => {
        const scanning = await (await worldOf(size)).connect({ strategy: 'scan' })
        return { run: () => scanning.enumerate({ group: 0 }), close: () => scanning.close() }
      },
    },
    caseOf('enumerate {}, the first 100', 'constant', all, page),
    ...SORTED.map((sort) =>
      caseOf(`enumerate {}, the first 100, ${described(sort)}`, 'constant', all, {
        ...sort,
        ...page,
      }),
    ),
    ...SORTED.map(deepPage),
    caseOf('enumerate {}, all n', 'n log n', all),
    caseOf('enumerate {}, all n, without metadata', 'n log n', all, { includeMetadata: false }),
    ...SORTED.map((sort) =>
      caseOf(`enumerate {}, all n, ${described(sort)}`, 'n log n', all, sort),
    ),
    ...[undefined, 'registeredAt'].map((sortBy): GrowthCase => ({
      what: `enumerate {}, all n in pages of 100${sortBy === undefined ? '' : ` by ${sortBy}`}`,
      law: 'n log n',
      prepare: async (size) => {
        const { registry } = await worldOf(size)
        return { run: () => walk(registry, sortBy === undefined ? {} : { sortBy }) }
      },
    })),
  ]
}

function changeOne({ writer, some, identityOf }: GrowthWorld): () => Promise<unknown> {
  return () => writer.heartbeat(identityOf(some()), HOUR_MS)
}

function described({ sortBy, order }: EnumerateOptions): string {
  return `${sortBy}${order === 'descending' ? ' desc.' : ''}`
}

async function walk(registry: MulticastRegistry, options: EnumerateOptions): Promise<void> {
  let cursor: string | null = null
  do {
    const page: EnumerateOptions = { ...options, limit: GROUP, ...(cursor && { cursor }) }
    cursor = (await registry.enumerate({}, page)).nextCursor
  } while (cursor !== null)
}
