/** Data in Redis that no registry has written. The message says what is wrong with it. */
export class CorruptData extends Error {
  override readonly name = 'CorruptData'
}

/** Foreign text for a message: shortened, with everything unusual escaped. */
export function excerptOf(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text)
}
