import { constant, test } from '../../../vitest/load-test.ts'

test('killed', async ({ load }) => {
  await load({
    operations: {
      // After 3.5 s: at least the first of them has been told, however busy the machine is.
      kill: async ({ number }) => {
        if (number === 350) process.kill(process.pid, 'SIGKILL')
      },
    },
    arrivals: constant(100),
    duration: '1h',
    warmUp: '0s',
  })
})
