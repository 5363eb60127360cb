import { escaped } from '../../printable.ts'

/** What XML 1.0 has no form for, and `escaped` leaves as it is. */
const NOT_XML = /[\ufffe\uffff]/g

/** An untrusted text as that of an image: at most so many characters of it. */
export function svgText(text: string, most: number): string {
  const characters = Array.from(escaped(text).replaceAll(NOT_XML, '\ufffd'))
  const shown =
    characters.length <= most ? characters.join('') : `${characters.slice(0, most - 1).join('')}…`
  return shown.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
