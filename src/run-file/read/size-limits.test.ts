import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { deflateSync, inflateSync } from 'node:zlib'
import * as fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import { intervalOf } from '../../load/testing/result-fixture.ts'
import type { IntervalFigures } from '../../load/result.ts'
import { intervalsOf, serializeIntervals } from '../json/intervals-json.ts'
import { runOf, scenarioOf } from '../testing/run-fixture.ts'
import { readRunFile, RunFileError, type RunFileFault } from './read-run-file.ts'
import { findSizeFlaw } from './size-limits.ts'

const folder = mkdtempSync(join(tmpdir(), 'size-limits-'))
afterAll(() => rmSync(folder, { recursive: true }))
const path = join(folder, 'run.json')
const sound = JSON.stringify(runOf([scenarioOf('mixed')]))

async function refusal(text: string): Promise<RunFileError> {
  writeFileSync(path, text)
  const error = await readRunFile(path).catch((cause: unknown) => cause)
  if (!(error instanceof RunFileError)) throw new Error('it was not refused', { cause: error })
  return error
}

test('accepts any JSON of a few levels and values, whatever its texts hold', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 10 }), (value) => {
      expect(findSizeFlaw(Buffer.from(JSON.stringify(value)))).toBeNull()
      const filling = '[[[{{{"\\'.repeat(2 ** 21)
      const text = JSON.stringify([JSON.stringify(value), filling])
      expect(findSizeFlaw(Buffer.from(text))).toBeNull()
    }),
    { numRuns: 3 },
  )
})

test('returns an answer for any bytes', () => {
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      expect([null]).toContain(findSizeFlaw(Buffer.from(bytes)))
    }),
  )
})

describe('a hostile file, refused before it takes time and memory', () => {
  const nested = (levels: number) => '{"a":'.repeat(levels) + '1' + '}'.repeat(levels)
  test.each<[string, () => string, RunFileFault, string]>([
    ['deep', () => `${sound.slice(0, -1)},"x":${nested(100_000)}}`, 'too-large', 'nests deeper'],
    ['deep version', () => `{"schemaVersion":${nested(100_000)}}`, 'too-large', 'nests deeper'],
    ['never closed', () => '['.repeat(17 * 2 ** 20), 'too-large', 'nests deeper'],
    ['full', () => `[${'[],'.repeat(8_000_001)}1]`, 'too-large', 'more than 8,000,000 lists'],
    ['full of texts', () => `[${'"",'.repeat(8_000_001)}1]`, 'too-large', 'more than 8,000,000'],
    ['full of numbers', () => `[${'1,'.repeat(32_000_001)}1]`, 'too-large', 'more than 32,000,000'],
    [
      'crowded',
      () => sound.replace('"scenarios":[', `"scenarios":[${'1,'.repeat(600_000)}`),
      'too-large',
      'more than 500,000 values',
    ],
    [
      'of wrong seconds',
      () => sound.replace('"intervals":{', `"intervals":[${'{},'.repeat(1_000_000)}1],"x":{`),
      'invalid',
      'scenarios[0].result.intervals[0]',
    ],
    [
      'of wrong columns',
      () => sound.replace('"started":[', `"started":[${'"",'.repeat(1_000_000)}`),
      'invalid',
      'started: it is not a list of whole numbers',
    ],
    ['with __proto__', () => `${sound.slice(0, -1)},"__proto__":{"a":1}}`, 'invalid', '__proto__'],
    [
      'with __proto__ inside',
      () => sound.replace('"cgroup":{', '"cgroup":{"__proto__":{"cpuCores":1},'),
      'invalid',
      '__proto__',
    ],
  ])('%s', async (_, text, fault, message) => {
    const error = await refusal(text())
    expect(error.fault).toBe(fault)
    expect(error.message).toContain(message)
  })

  test('a histogram that would become a gigabyte', async () => {
    const bomb = deflateSync(Buffer.alloc(64 * 2 ** 20))
    const header = Buffer.alloc(8)
    header.writeInt32BE(0x1c849314, 0)
    header.writeInt32BE(bomb.length, 4)
    const base64 = Buffer.concat([header, bomb]).toString('base64')
    const { message } = await refusal(
      sound.replace(/"hdrV2Base64":"[^"]+"/, `"hdrV2Base64":"${base64}"`),
    )
    expect(message).toContain('larger than any histogram')
  })

  test.each([
    ['a stretch of 2,000,000,000 zeros', [0xff, 0x9f, 0xd8, 0xb9, 0x0e, 0x02], 'more counts than'],
    ['a number without an end', [0xff, 0xff], 'cut off'],
    [
      'more than can be counted',
      [0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f],
      'too large',
    ],
  ])('a histogram with %s', async (_, counts, flaw) => {
    const whole = Buffer.from(
      scenarioOf('mixed').result.operations[0]?.service.hdrV2Base64 ?? '',
      'base64',
    )
    const header = inflateSync(whole.subarray(8)).subarray(0, 40)
    header.writeInt32BE(counts.length, 4)
    const content = deflateSync(Buffer.concat([header, Buffer.from(counts)]))
    const outer = Buffer.from(whole.subarray(0, 8))
    outer.writeInt32BE(content.length, 4)
    const base64 = Buffer.concat([outer, content]).toString('base64')
    const { message } = await refusal(
      sound.replace(/"hdrV2Base64":"[^"]+"/, `"hdrV2Base64":"${base64}"`),
    )
    expect(message).toContain(flaw)
  })

  test('huge, without being read', async () => {
    writeFileSync(path, '{')
    truncateSync(path, 300 * 2 ** 20)
    await expect(readRunFile(path)).rejects.toMatchObject({ fault: 'too-large' })
  })

  test.runIf(process.platform === 'linux')('a device, which has no end', async () => {
    await expect(readRunFile('/dev/zero')).rejects.toMatchObject({ fault: 'unreadable' })
  })

  test('the message holds no escape sequences', async () => {
    const evil = '\\u001b]0;owned\\u0007\\u009b2J'
    for (const text of [
      `${sound.slice(0, -1)},"${evil}":1}`,
      `{"schemaVersion":"${evil}"}`,
      '\u001b[2J',
      '{"\u001b[2J',
    ]) {
      // oxlint-disable-next-line no-control-regex
      expect((await refusal(text)).message).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/)
    }
    expect(Object.hasOwn(Object.prototype, 'a')).toBe(false)
  })
})

/** A day of seconds in which requests were answered only at first. */
function aDayOf(seconds: readonly IntervalFigures[]): readonly IntervalFigures[] {
  return Array.from({ length: 86_400 }, (_, second) => ({
    ...(seconds[second] ?? intervalOf({ operation: 'a' })),
    second,
  }))
}

test('a day of seconds is read', { timeout: 120_000 }, async () => {
  const { result, ...scenario } = scenarioOf('mixed')
  const intervals = serializeIntervals(aDayOf(intervalsOf(result)), 0)
  writeFileSync(path, JSON.stringify(runOf([{ ...scenario, result: { ...result, intervals } }])))
  const { scenarios } = await readRunFile(path)
  expect(scenarios).toMatchObject([{ state: 'measured' }])
})

test('a day of seconds of an older file is read', { timeout: 120_000 }, async () => {
  const { name, file, result } = scenarioOf('mixed')
  const intervals = aDayOf(intervalsOf(result)).map((row) => {
    const { planned: _, inFlight: __, received: ___, errors: ____, lateness: _____, ...then } = row
    const { counts: ______, ...times } = then.response ?? { counts: [] }
    return { ...then, response: then.response && times }
  })
  const lost = { state: 'lost', name, file, testStatus: 'failed', error: 'it died', intervals }
  writeFileSync(path, JSON.stringify({ ...runOf([]), schemaVersion: 6, scenarios: [lost] }))
  const { scenarios } = await readRunFile(path)
  expect(scenarios).toMatchObject([{ state: 'lost', intervals: { timestamps: null } }])
})
