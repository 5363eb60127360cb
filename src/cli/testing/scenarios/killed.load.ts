import { constant, test } from '../../../vitest/load-test.ts'

test('killed', async ({ load }) => {
  await load({
    operations: {
      // After 3.5 s, when at least the first second has been reported, however busy the machine is.
      kill: async ({ number }) => {
        if (number === 350) process.kill(process.pid, 'SIGKILL')
      },
    },
    arrivals: constant(100),
    duration: '1h',
    warmUp: '0s',
  })
})
