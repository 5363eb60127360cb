import { appendFileSync } from 'node:fs'
import { test, users } from '../../../vitest/load-test.ts'
import { UNTIMED } from './untimed.ts'

const { TORN_DOWN_FILE = '' } = process.env

// Can be sharded. Records torn-down users in a file, if given.
test('users', async ({ load, shard }) => {
  await load({
    users: users(4, { thinkTime: '20ms' }),
    session: {
      setUp: async ({ user }) => ({ name: `user ${user}`, visits: 0 }),
      steps: {
        arrive: async ({ state }) => {
          state.visits++
        },
        leave: async ({ state: { visits }, iteration }) => {
          if (visits !== iteration + 1) throw new Error('this is not my state')
        },
      },
      tearDown: ({ state: { name } }) => {
        if (TORN_DOWN_FILE !== '') appendFileSync(TORN_DOWN_FILE, `${name}\n`)
      },
    },
    duration: '1s',
    warmUp: '150ms',
    shard,
    verdict: UNTIMED,
    slo: { successRate: 1, response: { p50: '1s' } },
  })
})
