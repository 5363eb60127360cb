/**
 * The beginning of a text, without half a character at its end. It is a copy: what `slice` returns keeps the
 * whole text in memory, which may be megabytes that a server sent.
 * @param maxLength in UTF-16 units.
 */
export function cutOff(text: string, maxLength: number): string {
  if (text.length <= maxLength) return text.toWellFormed()
  return Buffer.from(text.slice(0, maxLength)).toString()
}
