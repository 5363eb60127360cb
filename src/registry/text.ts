const MAX_QUOTED_CHARACTERS = 60

/** Truncates untrusted text for an error message. */
export function shortened(text: string, most = MAX_QUOTED_CHARACTERS): string {
  return text.length > most ? `${text.slice(0, most)}…` : text
}

/**
 * Truncates and quotes untrusted text for an error message. Invisible characters are escaped, so they are
 * visible and don't affect the surrounding text.
 * @param most maximum number of characters.
 */
export function quoted(text: string, most = MAX_QUOTED_CHARACTERS): string {
  return JSON.stringify(shortened(text, most)).replaceAll(INVISIBLE, (character) => {
    return `\\u{${character.codePointAt(0)?.toString(16)}}`
  })
}

const INVISIBLE = /(?! )[\p{C}\p{Z}\p{Default_Ignorable_Code_Point}]/gu

/**
 * Copies a text to keep it. A substring, such as a name in a received message, would keep the whole string
 * in memory.
 * @param text without lone surrogates.
 */
export function ownText(text: string): string {
  return Buffer.from(text).toString()
}
