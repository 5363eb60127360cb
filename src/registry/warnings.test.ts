import { describe, expect, onTestFinished, test } from 'vitest'
import { type RegistryWarning, Warnings } from './warnings.ts'

describe('warnings', () => {
  test('are counted by code, and all reach the listener', () => {
    const told: RegistryWarning[] = []
    const warnings = new Warnings((warning) => told.push(warning))
    warnings.warn('CORRUPT_RECORD', 'first')
    warnings.warn('CORRUPT_RECORD', 'second')
    warnings.warn('KEYS_LOST', 'third')
    expect(told).toEqual([
      { code: 'CORRUPT_RECORD', message: 'first', count: 1 },
      { code: 'CORRUPT_RECORD', message: 'second', count: 2 },
      { code: 'KEYS_LOST', message: 'third', count: 1 },
    ])
    expect([...warnings.counts]).toEqual([
      ['CORRUPT_RECORD', 2],
      ['KEYS_LOST', 1],
    ])
  })

  test.each<{ what: string; listener: () => unknown; told: string }>([
    {
      what: 'throws',
      listener: () => {
        throw new Error('listener')
      },
      told: 'Error: listener',
    },
    {
      what: 'throws an object that can not be converted to text',
      listener: () => {
        throw Object.create(null)
      },
      told: 'a value that cannot be converted to text',
    },
    {
      what: 'is asynchronous and rejects',
      listener: async () => {
        throw new Error('later')
      },
      told: 'Error: later',
    },
  ])('stop nothing if the listener $what', async ({ listener, told }) => {
    const warnings = new Warnings(listener)
    const emitted = warningsOfNode()
    expect(() => warnings.warn('KEYS_LOST', 'x')).not.toThrow()
    expect(warnings.counts.get('KEYS_LOST')).toBe(1)
    await expect
      .poll(() => emitted.map(({ message }) => message))
      .toEqual([`onWarning threw: ${told}`])
  })

  test('become Node warnings by default, one per code at a time', async () => {
    const emitted = warningsOfNode()
    const warnings = new Warnings()
    for (let n = 0; n < 1_000; n += 1) warnings.warn('MALFORMED_MESSAGE', 'a bad header')
    warnings.warn('BACKLOG_FULL', 'full')
    await expect
      .poll(() => emitted.map(({ name, message }) => `${name}: ${message}`))
      .toEqual(['RegistryWarning: a bad header', 'RegistryWarning: full'])
    expect(warnings.counts.get('MALFORMED_MESSAGE')).toBe(1_000)
  })
})

function warningsOfNode(): Error[] {
  const emitted: Error[] = []
  const note = (warning: Error): void => void emitted.push(warning)
  process.on('warning', note)
  onTestFinished(() => void process.off('warning', note))
  return emitted
}
