import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import { watchGcPauses } from './gc-pauses.ts'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

test('pauses of the garbage collector are counted, the last one too', async () => {
  const watch = watchGcPauses()
  collect()
  collect()
  const { count, totalMs, maxMs } = await watch.stop()
  expect(count).toBeGreaterThanOrEqual(2)
  expect(maxMs).toBeGreaterThan(0)
  expect(totalMs).toBeGreaterThan(maxMs)
  expect(totalMs).toBeLessThanOrEqual(count * maxMs)
})

test('those before a reset are not, though Node tells of them later', async () => {
  const watch = watchGcPauses()
  for (let i = 0; i < 20; i++) collect()
  watch.reset()
  const { count } = await watch.stop()
  expect(count).toBeLessThan(20)
})
