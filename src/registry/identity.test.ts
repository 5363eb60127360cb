import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { validateIdentity, validateNamespace } from './identity.ts'

describe('validateIdentity', () => {
  it.each([
    'loadtest-user-1',
    'user.eu.west.7',
    'a',
    'urn:device:42',
    'who@example.org',
    'user~1',
    'zoë-日本-🚀',
    '__proto__',
    'नमस्ते',
    '한국어',
    '☂-👍🏽-🇳🇴',
    'ẍ',
    'a'.repeat(256),
    'é'.repeat(128),
    '🚀'.repeat(64),
  ])('accepts and returns %j', (identity) => {
    expect(validateIdentity(identity)).toBe(identity)
  })

  it.each<[unknown, string]>([
    [undefined, 'expected a string, got undefined'],
    [null, 'expected a string, got null'],
    [7, 'expected a string, got number'],
    ['', 'it is empty'],
    ['~log', 'begins with "~", which is reserved'],
    ['a b', 'space (U+0020) at index 1'],
    ['ab\t', 'control character (U+0009) at index 2'],
    ['a\u0000', 'control character (U+0000) at index 1'],
    ['a\u007f', 'control character (U+007F) at index 1'],
    ['a\u0085', 'control character (U+0085) at index 1'],
    ['a\u00a0b', 'whitespace (U+00A0) at index 1'],
    ['a\u2028', 'whitespace (U+2028) at index 1'],
    ['\ufeffa', 'whitespace (U+FEFF) at index 0'],
    ['user.*', '"*" at index 5 is a NATS wildcard'],
    ['user.>', '">" at index 5 is a NATS wildcard'],
    ['.a', 'empty token before the dot at index 0'],
    ['a..b', 'empty token before the dot at index 2'],
    ['a.', 'empty token after its last dot'],
    ['.', 'empty token before the dot at index 0'],
    ['a\u200bb', 'invisible character (U+200B; '],
    ['a\u00adb', 'invisible character (U+00AD; '],
    ['\u202eabc', 'invisible character (U+202E; '],
    ['a\u2066b', 'invisible character (U+2066; '],
    ['a\u034fb', 'invisible character (U+034F; '],
    ['a\u3164', 'invisible character (U+3164; '],
    ['a\u{e0041}', 'invisible character (U+E0041; '],
    ['a\u{e0100}', 'invisible character (U+E0100; '],
    [
      '❤\ufe0f',
      '(U+FE0F; so emoji with joiners or variation selectors are refused too) at index 1',
    ],
    ['👩\u200d💻', 'invisible character (U+200D; '],
    ['a\ue000', 'private use character (U+E000) at index 1'],
    ['🚀\u{100000}', 'private use character (U+100000) at index 2'],
    ['a\u0378', 'unassigned character (U+0378) at index 1'],
    ['a\uffff', 'unassigned character (U+FFFF) at index 1'],
    ['zoe\u0308', 'it is not in composed form, so it would look like another identity'],
    ['\u212bngström', 'use identity.normalize("NFC")'],
    ['\u1112\u1161\u11ab', 'it is not in composed form'],
    ['a\ud800b', 'lone surrogate (U+D800) at index 1'],
    ['a\udc00', 'lone surrogate (U+DC00) at index 1'],
    ['\ud83d', 'lone surrogate (U+D83D) at index 0'],
    ['\ude80\ud83d', 'lone surrogate (U+DE80) at index 0'],
    ['a'.repeat(257), '257 bytes in UTF-8; at most 256'],
    ['é'.repeat(129), '258 bytes in UTF-8; at most 256'],
  ])('refuses %j: %s', (identity, reason) => {
    expect(() => validateIdentity(identity)).toThrow(
      expect.objectContaining({
        code: 'INVALID_IDENTITY',
        message: expect.stringContaining(reason),
      }),
    )
  })

  it('keeps the message short for a long identity', () => {
    expect(() => validateIdentity('x'.repeat(1_000_000))).toThrow(/^.{0,200}$/)
  })

  it('escapes invisible characters', () => {
    expect(() => validateIdentity('ad\u202emin\u200b')).toThrow(
      'identity "ad\\u{202e}min\\u{200b}": invisible character (U+202E;',
    )
  })

  it('accepts exactly the well-formed strings that break no rule', () => {
    const unit = fc.oneof(
      fc.constantFrom('a', '.', '~', '*', '>', ' ', '\t', '\u00a0', '\ud83d', '\ude80', 'é'),
      fc.constantFrom('\u0301', '\u200d', '\ufe0f', '\u{e0041}', '\ue000', '\u0378', 'ä', '각'),
      fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
    )
    fc.assert(
      fc.property(fc.array(unit, { maxLength: 8 }), (units) => {
        const text = units.join('')
        const isValid =
          text.isWellFormed() &&
          !/[\s\p{C}\p{Z}\p{Default_Ignorable_Code_Point}*>]/u.test(text) &&
          text.normalize('NFC') === text &&
          !text.startsWith('~') &&
          text.split('.').every((token) => token !== '')
        expect(isAccepted(() => validateIdentity(text), 'INVALID_IDENTITY')).toBe(isValid)
      }),
      { numRuns: 2000 },
    )
  })
})

it('accepts exactly one of the Unicode spellings of a text', () => {
  const letters = fc.constantFrom('a', 'e', 'ä', '\u0308', '\u0323', 'ạ', '\u0301', '각', '\u1112')
  const texts = fc.array(letters, { minLength: 1, maxLength: 5 }).map((parts) => parts.join(''))
  fc.assert(
    fc.property(texts, (text) => {
      const spellings = new Set([text, text.normalize('NFC'), text.normalize('NFD')])
      const accepted = [...spellings].filter((each) =>
        isAccepted(() => validateIdentity(each), 'INVALID_IDENTITY'),
      )
      expect(accepted).toEqual([text.normalize('NFC')])
    }),
  )
})

describe('validateNamespace', () => {
  it.each(['loadtest', 'tenant_7', 'a-b', '{loadtest}', 'app-{tenant-1}', '{t}x', 'a'.repeat(64)])(
    'accepts %j',
    (namespace) => {
      expect(validateNamespace(namespace)).toBe(namespace)
    },
  )

  it.each<unknown>([
    undefined,
    42,
    '',
    'a b',
    'a:b',
    'a.b',
    'a*',
    'a>',
    '~x',
    '{}',
    '{a',
    'a}',
    '{a}{b}',
    '{{a}}',
    'é',
    'a\n',
    'a'.repeat(65),
  ])('refuses %j', (namespace) => {
    expect(isAccepted(() => validateNamespace(namespace), 'INVALID_ARGUMENT')).toBe(false)
  })
})

/** Whether `validate` returns; anything but the expected refusal passes through. */
function isAccepted(validate: () => string, code: string): boolean {
  try {
    validate()
    return true
  } catch (error) {
    expect(error).toMatchObject({ name: 'RegistryError', code })
    return false
  }
}
