import { once } from 'node:events'
import { connect } from 'node:net'

type Command = readonly (string | number)[]

/**
 * Sends commands as they are, without a client that would react to their names, and waits for all replies.
 * @returns everything that the server said.
 */
export async function sendRaw(port: number, commands: readonly Command[]): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  // Its error ends with its name, and is the last one.
  const end = `no-such-command-${crypto.randomUUID()}`
  let said = ''
  socket.write(Buffer.concat([...commands, [end]].map(encoded)))
  try {
    while (!said.includes(end)) said += String((await once(socket, 'data'))[0])
  } finally {
    socket.destroy()
  }
  return said
}

function encoded(words: Command): Buffer {
  const parts = words.map((word) => {
    const bytes = Buffer.from(String(word))
    return Buffer.concat([Buffer.from(`$${bytes.length}\r\n`), bytes, Buffer.from('\r\n')])
  })
  return Buffer.concat([Buffer.from(`*${words.length}\r\n`), ...parts])
}
