import { constant, test } from '../../vitest/load-test.ts'

test('killed', async ({ load }) => {
  await load({
    operations: {
      // The 250th of 100/s: after 2.5 s, two of which have been told.
      kill: async ({ number }) => {
        if (number === 250) process.kill(process.pid, 'SIGKILL')
      },
    },
    arrivals: constant(100),
    duration: '1h',
    warmUp: '0s',
  })
})
