import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { arbitraryRun } from './testing/arbitrary-run.ts'
import { printable, printableLines } from '../printable.ts'
import { printableRun } from './printable-run.ts'
import { runFileSchema } from './run-file.ts'

const hostile = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom(
    '\u001b[2J\u001b[31m',
    '\u009b31m',
    '\u202egnp.exe',
    'a\r\nb',
    '\u0007',
    'ö 漢 👍',
  ),
)

test('no text keeps control, hiding or reordering characters', () => {
  fc.assert(
    fc.property(hostile, (text) => {
      // oxlint-disable-next-line no-control-regex
      expect(printable(text)).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/)
      // oxlint-disable-next-line no-control-regex
      expect(printableLines(text)).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/)
      expect(printable(text).isWellFormed()).toBe(true)
    }),
  )
})

test('plain text is unchanged; long text is cut', () => {
  expect(printable('mixed: production-like, ö 漢')).toBe('mixed: production-like, ö 漢')
  expect(printable('x'.repeat(1_000_000)).length).toBeLessThan(400)
  expect(printable('\u001b[31m')).toBe('\\u{1b}[31m')
  expect(printableLines('a\n\tb')).toBe('a\n  b')
})

test('a printable run is still a valid run, with every figure and histogram', () => {
  fc.assert(
    fc.property(arbitraryRun, (run) => {
      const shown = printableRun(run)
      expect(runFileSchema.safeParse(shown).error).toBeUndefined()
      const numbers = (value: unknown): unknown =>
        JSON.parse(
          JSON.stringify(value, (key, item: unknown) =>
            typeof item === 'string' && key !== 'hdrV2Base64' ? '' : item,
          ),
        )
      expect(numbers(shown)).toEqual(numbers(run))
    }),
    { numRuns: 20 },
  )
})
