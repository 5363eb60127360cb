/** Something that Redis holds and no registry has written. Its message says what is wrong with it. */
export class CorruptData extends Error {
  override readonly name = 'CorruptData'
}

/** A foreign text for a message: short, and with everything unusual escaped. */
export function excerptOf(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text)
}
