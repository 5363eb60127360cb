import { expect, test } from 'vitest'
import { generateUsers } from './generate-users.ts'
import { users } from './users.ts'

test('x', async () => {
  const result = await generateUsers({
    users: users(3, { thinkTime: '5ms' }),
    durationMs: 200,
    session: {
      setUp: ({ user }) => Promise.resolve({ name: `u${user}`, token: '' }),
      steps: {
        a: async ({ state }) => {
          state.token = state.name.toUpperCase()
        },
        b: {
          run: async ({ state, iteration }) => {
            const n: number = iteration
            // @ts-expect-error no such
            state.nothing = n
          },
        },
      },
      tearDown: ({ state }) => state.token,
    },
  })
  console.log(
    result.model,
    [...result.operations].map(([n, o]) => [n, o.counts]),
    result.intervals,
  )
  await generateUsers({
    users: users(1, { thinkTime: '5ms' }),
    durationMs: 20,
    session: {
      steps: {
        a: async ({ state }) => {
          const none: undefined = state
          void none
        },
      },
    },
  })
  expect(1).toBe(1)
})
