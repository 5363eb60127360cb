import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import { nowMs } from '../clock.ts'
import { watchGcPauses } from './gc-pauses.ts'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

test('counts garbage-collector pauses, including the last one', async () => {
  const watch = watchGcPauses(0)
  const fromMs = nowMs()
  collect()
  collect()
  const untilMs = nowMs()
  const { count, totalMs, maxMs } = await watch.stop()
  expect(count).toBeGreaterThanOrEqual(2)
  expect(maxMs).toBeGreaterThan(0)
  expect(totalMs).toBeGreaterThan(maxMs)
  expect(totalMs).toBeLessThanOrEqual(count * maxMs)
  expect(watch.list).toHaveLength(count)
  const within = watch.list.filter(
    (pause) => pause.fromMs > fromMs - 1 && pause.untilMs < untilMs + 1,
  )
  expect(within.length).toBeGreaterThanOrEqual(2)
})

test('ignores pauses before a reset, although Node reports them later', async () => {
  const watch = watchGcPauses()
  for (let i = 0; i < 20; i++) collect()
  watch.reset()
  const { count } = await watch.stop()
  expect(count).toBeLessThan(20)
})
