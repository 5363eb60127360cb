const MAX_QUOTED_CHARACTERS = 60

/** The beginning of a user's text, for an error message. */
export function shortened(text: string): string {
  return text.length > MAX_QUOTED_CHARACTERS ? `${text.slice(0, MAX_QUOTED_CHARACTERS)}…` : text
}

/**
 * The beginning of a user's text in quotes, for an error message. Invisible characters are escaped, so
 * that they are seen and don't change the text around them.
 */
export function quoted(text: string): string {
  return JSON.stringify(shortened(text)).replaceAll(INVISIBLE, (character) => {
    return `\\u{${character.codePointAt(0)?.toString(16)}}`
  })
}

const INVISIBLE = /(?! )[\p{C}\p{Z}\p{Default_Ignorable_Code_Point}]/gu

/**
 * A copy of a text that is to be kept. One that was cut out of another, such as a name out of a
 * received message, keeps all of that in memory.
 * @param text without lone surrogates.
 */
export function ownText(text: string): string {
  return Buffer.from(text).toString()
}
