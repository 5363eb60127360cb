import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { connectRegistry } from '../../src/registry/connect.ts'
import { fieldOperators, logicalOperators } from '../../src/registry/filter/operators.ts'
import { defaultLimits } from '../../src/registry/limits.ts'
import { MemoryMessenger } from '../../src/registry/memory/memory-messenger.ts'
import { MemoryStore } from '../../src/registry/memory/memory-store.ts'
import { MulticastRegistry } from '../../src/registry/registry.ts'
import { readFilterPage } from './filter-examples.ts'

const { registrations, examples, defaults } = readFilterPage()
const backends = inject('backends')

describe('docs/filters.md', () => {
  test('has an example of every operator that works, and examples of all kinds', () => {
    const working = examples.flatMap((each) => (each.kind === 'matches' ? [each.filter] : []))
    const keys = new Set(working.flatMap(keysIn))
    const shown = [...keys].map((key) => key.split('.').at(-1) ?? '')
    expect(shown).toEqual(expect.arrayContaining([...fieldOperators, ...logicalOperators]))
    expect(new Set(examples.map(({ kind }) => kind))).toEqual(
      new Set(['matches', 'refused', 'order']),
    )
  })

  test('gives the default limits of filters', () => {
    const names = Object.keys(defaultLimits).filter((name) => name.startsWith('maxFilter'))
    expect([...defaults.keys()]).toEqual(expect.arrayContaining(names))
    expect(defaultLimits).toMatchObject(Object.fromEntries(defaults))
  })
})

describeExamples('in memory', async () => {
  return new MulticastRegistry({ store: new MemoryStore(), messenger: new MemoryMessenger() })
})

if (backends.kind === 'memory') {
  test('examples of docs/filters.md hold on Redis', ({ skip }) => skip(backends.notice))
} else {
  const { redisUrl, natsUrls } = backends
  for (const strategy of ['replica', 'scan'] as const) {
    describeExamples(`on Redis, by ${strategy}`, () =>
      connectRegistry({ redisUrl, natsUrls, namespace: `test-${randomUUID()}`, strategy }),
    )
  }
}

function describeExamples(where: string, open: () => Promise<MulticastRegistry>): void {
  describe(`docs/filters.md ${where}`, () => {
    let registry: MulticastRegistry
    beforeAll(async () => {
      registry = await open()
      for (const [identity, metadata] of registrations) await registry.register(identity, metadata)
    })
    afterAll(async () => {
      await registry.clear()
      await registry.close()
    })

    test.each(examples)('$place is correct', async (example) => {
      switch (example.kind) {
        case 'matches':
        case 'order': {
          const { registrations: shown } =
            example.kind === 'matches'
              ? await registry.enumerate(example.filter)
              : await registry.enumerate({}, example.options)
          expect(shown.map(({ identity }) => identity)).toEqual(example.identities)
          break
        }
        case 'refused':
          await expect(registry.enumerate(example.filter)).rejects.toMatchObject({
            code: 'INVALID_FILTER',
            message: expect.stringContaining(example.reason),
          })
      }
    })
  })
}

/** All keys of a JSON value. */
function keysIn(value: unknown): readonly string[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, member]: [string, unknown]) => [
    ...(Array.isArray(value) ? [] : [key]),
    ...keysIn(member),
  ])
}
