import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseIdentityPattern } from './identity-pattern.ts'

describe('an identity pattern', () => {
  test('matches what a regular expression with .* for each * matches', () => {
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

  test('may begin a part with a mark that combines with what stands before it', () => {
    expect(parseIdentityPattern('*\u0308').matches('q\u0308')).toBe(true)
  })

  test.each(['', 'a b', 'a..*', '~*', 'a.>', '*.', 'zoe\u0308-*', 'a\u200d*'])(
    '"%s" matches no identity',
    (pattern) => {
      expect(() => parseIdentityPattern(pattern)).toThrow(/matches no identity: /)
    },
  )

  test.each<unknown>([5, null, undefined, Symbol('x'), {}, Object.create(null), ['*']])(
    'of the wrong type is refused: %#',
    (pattern) => {
      expect(() => parseIdentityPattern(pattern as string)).toThrow(
        expect.objectContaining({ name: 'RegistryError', code: 'INVALID_ARGUMENT' }),
      )
    },
  )

  test('that is long has a short message', () => {
    expect(() => parseIdentityPattern('x'.repeat(1_000_000))).toThrow(/^.{0,300}$/)
  })
})
