import { escaped } from '../../printable.ts'

/** An untrusted text as that of an image: at most so many characters of it. */
export function svgText(text: string, most: number): string {
  const characters = Array.from(escaped(text))
  const shown =
    characters.length <= most ? characters.join('') : `${characters.slice(0, most - 1).join('')}…`
  return shown.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
