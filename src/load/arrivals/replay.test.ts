import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, expect, test } from 'vitest'
import { InputError } from '../../input-error.ts'
import { replay } from './replay.ts'

const folder = mkdtempSync(join(tmpdir(), 'replay-'))
afterAll(() => rmSync(folder, { recursive: true }))

function fileOf(text: string): string {
  const path = join(folder, 'starts.ndjson')
  writeFileSync(path, text)
  return path
}

test('replays a recording exactly to its end, in every line format', () => {
  const offsets = fc
    .array(fc.tuple(fc.double({ min: 0, max: 1e9, noNaN: true }), fc.boolean()), {
      minLength: 1,
      maxLength: 300,
    })
    .map((list) => list.sort(([a], [b]) => a - b))
  fc.assert(
    fc.property(offsets, fc.constantFrom('\n', '\r\n', '\n\n'), (list, newline) => {
      const lines = list.map(([offsetMs, asObject]) =>
        JSON.stringify(asObject ? { path: '/', offsetMs } : offsetMs),
      )
      const arrivals = replay(fileOf(lines.join(newline) + newline))
      expect(list.map((_, k) => arrivals(k))).toEqual(
        list.map(([offsetMs]) => Number(JSON.stringify(offsetMs))),
      )
      expect(arrivals(list.length)).toBe(Infinity)
      expect(arrivals.label).toBe(`replay of starts.ndjson, ${list.length} requests`)
    }),
    { numRuns: 30 },
  )
})

test('replays a long recording to its end', () => {
  const offsets = Array.from({ length: 100_000 }, (_, k) => k / 8)
  const arrivals = replay(fileOf(offsets.join('\n')))
  expect(offsets.map((_, k) => arrivals(k))).toEqual(offsets)
  expect(arrivals(offsets.length)).toBe(Infinity)
})

test.each([
  '12ms',
  '-1',
  'NaN',
  '1e999',
  '"12"',
  'null',
  '[1]',
  '{"offset": 1}',
  '{"offsetMs": "1"}',
  '{"offsetMs": 1',
  '1 2',
])('rejects the line %s and says where it is', (line) => {
  const path = fileOf(`0\n\n${line}\n`)
  expect(() => replay(path)).toThrow(InputError)
  expect(() => replay(path)).toThrow(`${path}, line 3: "${line}" is not an offset`)
})

test('rejects an unsorted recording and says where', () => {
  const path = fileOf('0\n5\n4.5\n6\n')
  expect(() => replay(path)).toThrow(InputError)
  expect(() => replay(path)).toThrow(`${path}, line 3: offset 4.5 is earlier than 5`)
})

test.each(['', '\n\n'])('rejects a recording without offsets', (text) => {
  expect(() => replay(fileOf(text))).toThrow(/^replay: .* has no offset/)
})

test('rejects an unreadable recording and says why', () => {
  const path = join(folder, 'missing')
  expect(() => replay(path)).toThrow(InputError)
  expect(() => replay(path)).toThrow(/missing can't be read: ENOENT/)
})
