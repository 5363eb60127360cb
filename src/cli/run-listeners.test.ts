import { describe, expect, test } from 'vitest'
import { runBench } from './actions/bench.ts'
import { openListeners, withoutNameInLive } from './run-listeners.ts'

describe('--live', () => {
  test('before a name leaves it a name', () => {
    expect(withoutNameInLive(['b'], { live: 'a', stream: '-' })).toEqual([
      ['a', 'b'],
      { live: true, stream: '-' },
    ])
    expect(withoutNameInLive(['b'], { live: '8080' })).toEqual([['b'], { live: '8080' }])
    expect(withoutNameInLive(['b'], { live: true })).toEqual([['b'], { live: true }])
  })

  test.each(['', '65536', '99999', '123456'])('%j is not a port', async (live) => {
    await expect(openListeners({ live })).rejects.toThrow(/^--live: ".*" is not a port\./)
  })
})

test.each([
  ['', /^--stream: is empty\./],
  ['--ui', /^--stream: --ui looks like an option\./],
])('--stream %j is refused', async (stream, message) => {
  await expect(openListeners({ stream })).rejects.toThrow(message)
})

test.each([
  [{ ui: true, stream: '-' }, /^--stream: --ui prints to standard output\./],
  [{ generators: 2, stream: '-' }, /^--stream: follows one run, and --generators starts several\./],
  [{ generators: 2, live: true }, /^--live: follows one run, and --generators starts several\./],
] as const)('bench %j is refused', async (flags, message) => {
  await expect(runBench(['mixed'], flags)).rejects.toThrow(message)
})
