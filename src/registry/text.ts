const MAX_QUOTED_CHARACTERS = 60

/** Truncates untrusted text for an error message. */
export function shortened(text: string): string {
  return text.length > MAX_QUOTED_CHARACTERS ? `${text.slice(0, MAX_QUOTED_CHARACTERS)}…` : text
}

/**
 * Truncates and quotes untrusted text for an error message. Invisible characters are escaped, so they are
 * visible and don't affect the surrounding text.
 */
export function quoted(text: string): string {
  return escaped(shortened(text))
}

/** Quotes a text as `quoted` does, without truncating it: a path is useful only as a whole. */
export function escaped(text: string): string {
  return JSON.stringify(text).replaceAll(INVISIBLE, (character) => {
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
