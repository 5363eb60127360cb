const LINE_END = '\r\n'

/**
 * The number of complete commands in a part of a Redis connection, and the bytes of the incomplete one. A client
 * sends each as an array of bulk strings: `*2 $4 PING $2 hi`, each part on a line.
 * @see https://redis.io/docs/latest/develop/reference/protocol-spec/
 */
export function countCommands(bytes: Buffer): {
  readonly commands: number
  readonly rest: Buffer<ArrayBuffer>
} {
  let commands = 0
  let start = 0
  for (;;) {
    const end = endOfCommand(bytes, start)
    if (end === null) return { commands, rest: Buffer.from(bytes.subarray(start)) }
    commands++
    start = end
  }
}

function endOfCommand(bytes: Buffer, start: number): number | null {
  const head = lineAt(bytes, start)
  if (head === null) return null
  // Without an array's mark, it is an inline command.
  if (!head.text.startsWith('*')) return head.end
  let at = head.end
  for (let part = 0; part < Number(head.text.slice(1)); part++) {
    const size = lineAt(bytes, at)
    if (size === null) return null
    at = size.end + Number(size.text.slice(1)) + LINE_END.length
    if (at > bytes.length) return null
  }
  return at
}

function lineAt(bytes: Buffer, start: number): { text: string; end: number } | null {
  const end = bytes.indexOf(LINE_END, start)
  return end < 0 ? null : { text: bytes.toString('latin1', start, end), end: end + LINE_END.length }
}
