import { expect, test, vi } from 'vitest'
import type { Watch } from './watch.ts'
import { Watches } from './watches.ts'

test('watches are healed once per interruption', () => {
  const watches = new Watches()
  const heal = vi.fn<() => void>()
  const watch: Partial<Watch> = { interrupt: () => {}, heal }
  watches.add(watch as Watch)
  watches.heal()
  expect(heal).not.toHaveBeenCalled()
  watches.interrupt('gone')
  watches.interrupt('still gone')
  watches.heal()
  watches.heal()
  expect(heal).toHaveBeenCalledOnce()
})
