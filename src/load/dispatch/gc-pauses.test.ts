import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import { watchGcPauses } from './gc-pauses.ts'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

test('counts garbage-collector pauses, including the last one', async () => {
  const watch = watchGcPauses()
  collect()
  collect()
  const { count, totalMs, maxMs } = await watch.stop()
  expect(count).toBeGreaterThanOrEqual(2)
  expect(maxMs).toBeGreaterThan(0)
  expect(totalMs).toBeGreaterThan(maxMs)
  expect(totalMs).toBeLessThanOrEqual(count * maxMs)
})

test('ignores pauses before a reset, although Node reports them later', async () => {
  const watch = watchGcPauses()
  for (let i = 0; i < 20; i++) collect()
  watch.reset()
  const { count } = await watch.stop()
  expect(count).toBeLessThan(20)
})
