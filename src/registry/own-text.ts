/**
 * A copy of a text that is to be kept. One that was cut out of another, such as a name out of a
 * received message, keeps all of that in memory.
 * @param text without lone surrogates.
 */
export function ownText(text: string): string {
  return Buffer.from(text).toString()
}
