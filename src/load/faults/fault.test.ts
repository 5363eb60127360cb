import { describe, expect, test } from 'vitest'
import { InputError } from '../../input-error.ts'
import { constant } from '../arrivals/constant.ts'
import { generateLoad } from '../generator.ts'
import { at, checkFaults, dueMs, type Fault, type FaultTime } from './fault.ts'

const fault: Fault = { label: 'stop the cache', inject: async () => {} }

test('a fault is due after a time, or after a part of the measurement', () => {
  expect(dueMs(at('20s', fault), 60_000)).toBe(20_000)
  expect(dueMs(at('25%', fault), 60_000)).toBe(15_000)
  expect(dueMs(at('12.5%', fault), 1_000)).toBe(125)
  expect(dueMs(at('0s', fault), 1_000)).toBe(0)
})

describe('mistakes are rejected before the load starts:', () => {
  test.each<[unknown, RegExp]>([
    ['100%', /"100%" must be a part of the measurement from 0% to below 100%/],
    ['-5%', /"-5%" must be a part/],
    ['abc%', /must be a part/],
    ['20', /at: "20" is not a duration/],
    [20, /at: 20 is not a duration/],
  ])('the time %o', (time, message) => {
    expect(() => at(time as FaultTime, fault)).toThrow(message)
  })

  test.each<[unknown, RegExp]>([
    [fault, /is not a list/],
    [[fault], /\[0\]: "stop the cache" has no time\. Write at\('20s', …\)/],
    [[{ at: '20s', fault }], /\[0\]: there is no "at"/],
    [[{ time: '20s', fault: {} }], /\[0\]: label: undefined must be a text/],
    [[{ time: '20s', fault: { label: 'x' } }], /\[0\]: inject: undefined must be a function/],
    [[null], /\[0\]: null is not an object/],
    [Array.from({ length: 1_001 }, () => at('1s', fault)), /1001 faults are too many/],
  ])('the faults %o', (faults, message) => {
    expect(() => checkFaults(faults, 'load: faults')).toThrow(InputError)
    expect(() => checkFaults(faults, 'load: faults')).toThrow(message)
  })

  test.each<FaultTime>(['2s', '200ms'])(
    'a fault that is due at %s in a load of 200 ms',
    async (time) => {
      let sent = 0
      const plan = {
        arrivals: constant(100),
        durationMs: 200,
        operations: { count: async () => void sent++ },
        faults: [at(time, fault)],
      }
      await expect(generateLoad(plan)).rejects.toThrow(
        new RegExp(`"stop the cache" is due at ${time}, but the measurement lasts 0.2 s`),
      )
      expect(sent).toBe(0)
    },
  )
})
