import { registerHooks } from 'node:module'
import { expect, test } from 'vitest'

const BACKEND_CLIENT = /^(ioredis|@nats-io\/|testcontainers)/

test('the load fixture loads no client of Redis, NATS or Docker', async () => {
  const imported: string[] = []
  const hooks = registerHooks({
    resolve(specifier, context, next) {
      imported.push(specifier)
      return next(specifier, context)
    },
  })
  await import('./load-test.ts')
  const ofFixture = imported.splice(0)
  await import('./registry-test.ts')
  hooks.deregister()

  expect(ofFixture).toContain('../load/generator.ts')
  expect(ofFixture.filter((specifier) => BACKEND_CLIENT.test(specifier))).toEqual([])
  expect(imported.filter((specifier) => BACKEND_CLIENT.test(specifier))).toContain('ioredis')
})
