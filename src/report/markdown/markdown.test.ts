import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { arbitraryText } from '../../run-file/testing/arbitrary-run.ts'
import { markdownTable, markdownText } from './markdown.ts'
import { escaped } from '../../printable.ts'

describe('untrusted text as Markdown', () => {
  test('leaves figures unchanged', () => {
    expect(markdownText('1.00 ms, −2 %, -3.5 %')).toBe('1.00 ms, −2 %, -3.5 %')
  })

  test.each([
    ['a mention', '@org/team', '&#64;&#8203;org/team'],
    ['an address of mail', 'a@b.cd', 'a&#64;&#8203;b.cd'],
    ['a reference', 'o/r#1 GH-1', 'o/r&#35;&#8203;1 GH&#8203;-1'],
    ['a cell', 'a | b', 'a &#124; b'],
    ['an image', '<img src=x>', '&#60;img src=x&#62;'],
    ['a link', '[x](javascript:y)', '&#91;x&#93;(javascript:y)'],
    ['an address', 'https://x.y www.x.y', 'https:&#8203;//x.y www&#8203;.x.y'],
    ['code', '`x`', '&#96;x&#96;'],
    ['emphasis', '*x* _y_', '&#42;x&#42; &#95;y&#95;'],
    ['a heading', '# x', '&#35;&#8203; x'],
    ['a list', '- x', '&#45; x'],
    ['a numbered list', '12. x', '12&#46; x'],
    ['an emoji', ':tada:', ':&#8203;tada:'],
    ['code by its indentation', '    x', 'x'],
    ['an entity', '&copy;', '&#38;copy;'],
    ['two paragraphs', 'x\n\n- y', 'x<br><br>&#45; y'],
    ['text that reorders others', 'x\u202ey', 'x&#92;u{202e}y'],
    ['an escape sequence', '\u001b[2J', '&#92;u{1b}&#91;2J'],
  ])('does not become %s', (_, text, markdown) => {
    expect(markdownText(text)).toBe(markdown)
  })

  const syntax = fc.string({
    unit: fc.constantFrom(...'ab1 \n\t:/.-+=@#|`<>&;[]()*_~!$\\\u202e\u001b'.split('')),
    maxLength: 30,
  })

  test('starts no syntax, and reads the same', () => {
    fc.assert(
      fc.property(fc.oneof(arbitraryText, syntax), (text) => {
        const lines = markdownText(text).split('<br>')
        for (const line of lines) {
          expect(line.replaceAll(/&#\d+;/g, '')).not.toMatch(/[&<>|`*_[\]\\@#~!$\n]/)
          expect(line).not.toMatch(/^(\s|[-+=](\s|$|[-+=])|\d+[.)](\s|$))/)
        }
        const shown = lines.map((line) => decoded(line).replaceAll('\u200b', ''))
        const written = text.trim().split(/\r?\n/)
        expect(shown).toEqual(written.map((line) => escaped(line.trim())))
      }),
    )
  })

  test('shows no mention, reference, address or emoji once rendered', () => {
    const found = /@\w|#\d|GH-\d|:\/\/|www\.|:[\w+-]+:/i
    const parts = fc.constantFrom('@', '#', 'gh-', ':', '//', 'www.', 'a', '1', ' ', '+')
    fc.assert(
      fc.property(fc.array(parts), (words) => {
        expect(decoded(markdownText(words.join('')))).not.toMatch(found)
      }),
    )
  })
})

test('every row has as many cells as the table has headings, whatever they hold', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(arbitraryText, arbitraryText)), (rows) => {
      const cells = rows.map((row) => row.map(markdownText))
      const lines = markdownTable(['a', 'b'], cells).split('\n')
      expect(lines).toHaveLength(rows.length + 2)
      for (const line of lines) expect(line.split('|')).toHaveLength(4)
    }),
  )
})

/** Decodes entities as an HTML reader does. */
function decoded(markdown: string): string {
  return markdown.replaceAll(/&#(\d+);/g, (_, code: string) => String.fromCodePoint(Number(code)))
}
