import type { Frame } from './raw-nats.ts'

/**
 * Which places of a message's list of recipients a receipt says were handled, read by the words of
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
  if (!valuesOf('Prism-Wire').includes('2')) return false
  if (!valuesOf('Prism-Message-Id').some((id) => /^[!-~]{1,128}$/.test(id))) return false
  return valuesOf('Prism-Payload-Bytes').some((text) => {
    if (!/^\d+$/.test(text) || Number(text) > rest.length) return false
    const names = rest.subarray(Number(text)).toString().split('\n').length
    return valuesOf('Prism-Recipients').some(
      (count) => /^\d+$/.test(count) && Number(count) === names,
    )
  })
}
