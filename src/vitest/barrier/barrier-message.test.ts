import { expect, test } from 'vitest'
import { readBarrierMessage, type BarrierMessage } from './barrier-message.ts'

const read = (value: unknown) => readBarrierMessage(new TextEncoder().encode(JSON.stringify(value)))

const instance = 'instance-1'
const ready: BarrierMessage = { kind: 'ready', instance, shard: 1, facts: { commit: 'abc' } }

test('reads what parties send', () => {
  expect(read(ready)).toEqual(ready)
})

test.each([
  ['no JSON', new TextEncoder().encode('{')],
  ['nothing', new Uint8Array()],
  ['bytes that are not text', new Uint8Array([0xff, 0xfe])],
  ['a message of 1 MB', new Uint8Array(1_000_000).fill(32)],
])('%s is no message', (_, bytes) => {
  expect(readBarrierMessage(bytes)).toBeNull()
})

test.each([
  [null],
  [[]],
  [{ ...ready, kind: 'other' }],
  [{ ...ready, shard: 0 }],
  [{ ...ready, shard: 1.5 }],
  [{ ...ready, shard: '1' }],
  [{ ...ready, instance: 'a b c d e f' }],
  [{ ...ready, more: 1 }],
  [{ ...ready, facts: { commit: 1 } }],
  [{ ...ready, facts: Object.fromEntries(Array.from({ length: 21 }, (_, n) => [`f${n}`, ''])) }],
  [{ kind: 'go', instance, id: 'run-id-1', inMs: -1 }],
  [{ kind: 'go', instance, id: 'run-id-1', inMs: 1e12 }],
  [{ kind: 'stop', instance, reason: 'x'.repeat(1_001) }],
])('%j is no message', (value) => {
  expect(read(value)).toBeNull()
})
