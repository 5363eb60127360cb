import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Pattern } from './pattern.ts'

const { pattern } = fc.letrec<{
  pattern: string
  sequence: string
  repeated: string
  atom: string
}>((tie) => ({
  pattern: fc.array(tie('sequence'), { minLength: 1, maxLength: 3 }).map((all) => all.join('|')),
  sequence: fc.array(tie('repeated'), { maxLength: 4 }).map((all) => all.join('')),
  repeated: fc
    .tuple(
      tie('atom'),
      fc.constantFrom('', '', '', '*', '+', '?', '{2}', '{0}', '{1,}', '{0,2}', '*?', '{1,3}?'),
    )
    .map(([atom, quantifier]) => (/^[$^]$/.test(atom) ? atom : atom + quantifier)),
  atom: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom(
      'a',
      'b',
      '😀',
      '.',
      '^',
      '$',
      '[ab]',
      '[^a]',
      '[b-c\\]]',
      '\\d',
      '\\W',
      '\\.',
      '\\u0061',
      '\\x62',
      '\\u{1f600}',
      '\\p{L}',
      '\\-',
      '\\/',
    ),
    tie('pattern').map((inner) => `(${inner})`),
    tie('pattern').map((inner) => `(?:${inner})`),
    tie('pattern').map((inner) => `(?<n>${inner})`),
  ),
}))
const text = fc
  .array(fc.constantFrom('a', 'b', 'c', '1', '.', ']', '-', '/', '\n', 'é', '😀'), { maxLength: 8 })
  .map((all) => all.join(''))

describe('a pattern', () => {
  test('matches what the regular expression of JavaScript matches', () => {
    fc.assert(
      fc.property(pattern, fc.array(text, { minLength: 1, maxLength: 6 }), (source, texts) => {
        // Several groups of one name are invalid.
        let native: RegExp
        try {
          native = new RegExp(source, 'u')
        } catch {
          return
        }
        const own = new Pattern(source)
        for (const each of texts) expect([each, own.test(each)]).toEqual([each, native.test(each)])
      }),
      { numRuns: 500 },
    )
  })

  test.each(['^(a+)+$', '^(a|a)*$', '(a*)*b', '^(([a-z])+.)+[A-Z]([a-z])+$', 'a*a*a*a*a*a*a*b'])(
    'takes time in proportion to the text: %s',
    (source) => {
      expect(new Pattern(source).test(`${'a'.repeat(10_000)}!`)).toBe(false)
    },
  )

  test.each([
    ['(?=a)', 'look-around'],
    ['(?<!a)', 'look-around'],
    [String.raw`(a)\1`, 'back references'],
    [String.raw`\bword`, String.raw`\b is not supported`],
    ['(a{100}){100}', 'too long'],
    ['a{1000000000}', 'too long'],
    ['('.repeat(60) + ')'.repeat(60), 'deep'],
    ['[a', 'Invalid regular expression'],
    ['a**', 'Invalid regular expression'],
  ])('is refused: %s', (source, says) => {
    expect(() => new Pattern(source)).toThrow(says)
  })
})
