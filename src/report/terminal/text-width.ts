import { stripVTControlCharacters } from 'node:util'
import { eastAsianWidth } from 'get-east-asian-width'

/** Characters of reports that are one column wide: most texts hold no others. */
const NARROW = /^[ -~×–−µ≤≥±…▁-█]*$/
/** Graphemes that take no room: combining marks and format characters on their own. */
const INVISIBLE = /^[\p{Default_Ignorable_Code_Point}\p{Cc}\p{Cf}\p{M}\p{Cs}]+$/u
const EMOJI = /^\p{RGI_Emoji}$/v

const SEGMENTER = new Intl.Segmenter()

/** The columns that a text takes on a terminal, colours apart: full-width characters and emoji take two. */
export function textWidth(text: string): number {
  const plain = text.includes('\u001b') ? stripVTControlCharacters(text) : text
  if (NARROW.test(plain)) return plain.length
  return graphemesOf(plain).reduce((sum, grapheme) => sum + graphemeWidth(grapheme), 0)
}

/**
 * A text in at most `width` columns, with `…` in place of its middle: names that differ at either end
 * stay different.
 */
export function cutInMiddle(text: string, width: number): string {
  if (textWidth(text) <= width) return text
  if (width < 1) return ''
  const { before, plain, after } = styleOf(text)
  const graphemes = graphemesOf(plain)
  const head = startOf(graphemes, Math.ceil((width - 1) / 2))
  const tail = startOf(graphemes.toReversed(), width - 1 - textWidth(head.join('')))
  return `${before}${head.join('')}…${tail.toReversed().join('')}${after}`
}

/** A text without its colours, and the escape sequences around it; those amid it are lost. */
export function styleOf(text: string): { before: string; plain: string; after: string } {
  // oxlint-disable-next-line no-control-regex
  const parts = /^((?:\u001b\[[\d;]*m)*)([^\u001b]*)((?:\u001b\[[\d;]*m)*)$/.exec(text)
  if (parts === null) return { before: '', plain: stripVTControlCharacters(text), after: '' }
  const [, before = '', plain = '', after = ''] = parts
  return { before, plain, after }
}

function startOf(graphemes: readonly string[], width: number): readonly string[] {
  let room = width
  const end = graphemes.findIndex((grapheme) => (room -= graphemeWidth(grapheme)) < 0)
  return end === -1 ? graphemes : graphemes.slice(0, end)
}

function graphemesOf(text: string): readonly string[] {
  return Array.from(SEGMENTER.segment(text), ({ segment }) => segment)
}

function graphemeWidth(grapheme: string): number {
  if (INVISIBLE.test(grapheme)) return 0
  if (EMOJI.test(grapheme)) return 2
  return eastAsianWidth(grapheme.codePointAt(0) ?? 0)
}
