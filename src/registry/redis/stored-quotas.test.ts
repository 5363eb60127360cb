import { expect, test } from 'vitest'
import { keysOf } from './keys.ts'
import { quotaCommands } from './stored-quotas.ts'

test('a new limit has a new version, and the same limits the same', async () => {
  const written = async (quotas: object) => (await quotaCommands('a', quotas)).at(-1)
  expect(await written({ identities: 1 })).toEqual(await written({ identities: 1 }))
  const versions = await Promise.all(
    [{}, { identities: 1 }, { connections: 1 }, { metadataSchema: {} }].map(async (quotas) =>
      (await written(quotas))?.slice(2, 4).join(),
    ),
  )
  expect(new Set(versions).size).toBe(4)
})

test('every limit is written, so that earlier ones are replaced', async () => {
  const [none = [], some = []] = await Promise.all(
    [{}, { identities: 1, registrationsPerSecond: 2.5, metadataSchema: { type: 'object' } }].map(
      async (quotas) => (await quotaCommands('a', quotas)).at(-1),
    ),
  )
  const names = (words: readonly string[]) => words.filter((_, at) => at % 2 === 0)
  expect(names(some)).toEqual(names(none))
  expect(some).toEqual(expect.arrayContaining(['registrationsBurst', '2.5', '{"type":"object"}']))
  expect(none.slice(4)).not.toContain('undefined')
})

test('each namespace has keys of its own, none of which another one begins with', () => {
  const all = ['x', '{x}', 'x-{y}', 'y'].flatMap((namespace) => {
    const { quotas, spent, leases } = keysOf(namespace)
    return [quotas, spent, leases]
  })
  expect(new Set(all).size).toBe(all.length)
  expect(keysOf('x', true).quotas).toBe('~quota:{x}')
  expect(all.every((key) => key.startsWith('~'))).toBe(true)
})
