import type { Frame } from './raw-nats.ts'

/** How many slots a table has. */
const MAX_SLOTS = 16_384

/**
 * The positions that a receipt names as handled, read by the words of
 * `docs/promises.md` alone and apart from the library's own reader, so that the two check each other.
 * @param recipients how many the message had.
 */
export function placesClaimed(body: Buffer, recipients: number): readonly number[] {
  const [head = '', ...lines] = body.toString().split('\n')
  const [, announced] = /^prism-receipt\/2 (\d+)$/.exec(head) ?? []
  if (announced === undefined || Number(announced) !== recipients) return []
  const handled: number[] = []
  for (const line of lines) {
    const space = line.indexOf(' ')
    const word = space < 0 ? line : line.slice(0, space)
    if (word !== 'handled' && word !== 'refused') continue
    if (space < 0) return []
    for (const range of line.slice(space + 1).split(',')) {
      const [, first, last = first] = /^(\d+)(?:-(\d+))?$/.exec(range) ?? []
      if (first === undefined || Number(first) > Number(last) || Number(last) >= recipients)
        return []
      if (word === 'refused') continue
      for (let place = Number(first); place <= Number(last); place += 1) handled.push(place)
    }
  }
  return handled
}

/** The slots that a `Prism-Table` header tells, read as above. */
export function slotsTold(text: string): readonly number[] {
  return text.split(',').flatMap((range) => {
    const [first = 0, last = first] = range.split('-').map(Number)
    return Array.from({ length: last - first + 1 }, (_, at) => first + at)
  })
}

/** The slots that follow the payload of a message to slots; only those in complete pairs. */
export function slotsSent(bytes: Buffer): readonly number[] {
  const numbers: number[] = []
  let number = 0
  let scale = 1
  for (const byte of bytes) {
    number += (byte % 128) * scale
    scale *= 128
    if (byte >= 128) continue
    numbers.push(number)
    number = 0
    scale = 1
  }
  const slots: number[] = []
  for (let at = 1; at < numbers.length && slots.length <= MAX_SLOTS; at += 2) {
    const first = (slots.at(-1) ?? -1) + 1 + (numbers[at - 1] ?? 0)
    const count = Math.min(MAX_SLOTS, (numbers[at] ?? 0) + 1)
    for (let slot = first; slot < first + count; slot += 1) slots.push(slot)
  }
  return slots
}

/** Whether a frame to a gateway could be a message by any reading of the format. */
export function mayBeMessage({ headers, body, headerLength }: Frame): boolean {
  if (headers === null) return false
  const all = Buffer.concat([headers, body])
  const lines = all.subarray(0, headerLength).toString('latin1').split('\r\n')
  const rest = all.subarray(headerLength)
  const valuesOf = (name: string) =>
    lines
      .filter((line) => line.startsWith(`${name}:`))
      .map((line) => line.slice(name.length + 1).trim())
  const formats = valuesOf('Prism-Wire')
  const isToSlots = formats.includes('3')
  if (!formats.includes('2') && !isToSlots) return false
  if (!valuesOf('Prism-Message-Id').some((id) => /^[!-~]{1,128}$/.test(id))) return false
  return valuesOf('Prism-Payload-Bytes').some((text) => {
    if (!/^\d+$/.test(text) || Number(text) > rest.length) return false
    const after = rest.subarray(Number(text))
    const names = after.toString().split('\n').length
    const slots = isToSlots ? slotsSent(after).length : names
    return valuesOf('Prism-Recipients').some(
      (count) => /^\d+$/.test(count) && [names, slots].includes(Number(count)),
    )
  })
}
