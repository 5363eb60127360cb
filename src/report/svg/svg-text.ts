import { escaped } from '../../printable.ts'

/** Characters that XML 1.0 forbids and `escaped` keeps. */
const NOT_XML = /[\ufffe\uffff]/g

/** An untrusted text as the text of an SVG element, cut to a number of characters. */
export function svgText(text: string, most: number): string {
  const characters = Array.from(escaped(text).replaceAll(NOT_XML, '\ufffd'))
  const shown =
    characters.length <= most ? characters.join('') : `${characters.slice(0, most - 1).join('')}…`
  return shown.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
