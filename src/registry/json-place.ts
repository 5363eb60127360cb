/** The way from a JSON document's root to a value in it: member names and array indexes. */
export type JsonPlace = readonly (string | number)[]

const PLAIN_NAME = /^[A-Za-z_$][\w$]*$/
const MAX_NAME = 60

/** A place as a reader would write it in code: `filter.$or[1]["age.gte"]`. */
export function formatPlace(root: string, place: JsonPlace): string {
  return root + place.map(formatPart).join('')
}

function formatPart(part: string | number): string {
  if (typeof part === 'number') return `[${part}]`
  if (part.length <= MAX_NAME && PLAIN_NAME.test(part)) return `.${part}`
  return `[${quoted(part)}]`
}

/** The beginning of a user's text, for an error message. */
export function shortened(text: string): string {
  return text.length > MAX_NAME ? `${text.slice(0, MAX_NAME)}…` : text
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
