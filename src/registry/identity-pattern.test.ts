import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseIdentityPattern } from './identity-pattern.ts'

describe('an identity pattern', () => {
  test('matches like a regular expression with .* for each *', () => {
    const text = (letters: readonly string[]) =>
      fc.array(fc.constantFrom(...letters), { minLength: 1, maxLength: 12 }).map((l) => l.join(''))
    fc.assert(
      fc.property(text(['a', 'b', '*']), text(['a', 'b']), (pattern, identity) => {
        const expression = new RegExp(`^${pattern.replaceAll('*', '.*')}$`)
        expect(parseIdentityPattern(pattern).matches(identity)).toBe(expression.test(identity))
      }),
    )
  })

  test.each([
    { pattern: '*', identity: 'a.b', matched: true },
    { pattern: 'loadtest-user-*', identity: 'loadtest-user-17', matched: true },
    { pattern: 'loadtest-user-*', identity: 'sensor-17', matched: false },
    { pattern: 'a.*', identity: 'a.b.c', matched: true },
    { pattern: 'lamp', identity: 'lamp', matched: true },
    { pattern: 'lamp', identity: 'lamp-1', matched: false },
    { pattern: 'a+*', identity: 'aa', matched: false },
  ])('$pattern and $identity: $matched', ({ pattern, identity, matched }) => {
    expect(parseIdentityPattern(pattern).matches(identity)).toBe(matched)
  })

  test('may have a combining mark directly after *', () => {
    expect(parseIdentityPattern('*\u0308').matches('q\u0308')).toBe(true)
  })

  test.each(['', 'a b', 'a..*', '~*', 'a.>', '*.', 'zoe\u0308-*', 'a\u200d*'])(
    '"%s" matches no identity',
    (pattern) => {
      expect(() => parseIdentityPattern(pattern)).toThrow(/matches no identity: /)
    },
  )

  test.each<unknown>([5, null, undefined, Symbol('x'), {}, Object.create(null), ['*']])(
    'is refused if it has the wrong type: %#',
    (pattern) => {
      expect(() => parseIdentityPattern(pattern as string)).toThrow(
        expect.objectContaining({ name: 'RegistryError', code: 'INVALID_ARGUMENT' }),
      )
    },
  )

  test('quotes only the beginning of a long pattern', () => {
    expect(() => parseIdentityPattern('x'.repeat(1_000_000))).toThrow(/^.{0,300}$/)
  })
})
