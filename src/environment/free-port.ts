import { once } from 'node:events'
import { createServer, type Server } from 'node:net'

/**
 * Systems give ports from 32,768 (Linux) or 49,152 on to outgoing connections. A server that is down would lose such a
 * port: to another connection, or to a client that tries to reach it and connects to itself.
 */
const LOWEST = 10_000
const HIGHEST = 19_999

/**
 * Each process that asks for ports has a block of them to itself, so that a server which is down for a while finds its
 * port free when it starts again, whatever else runs on the machine. The first port of a block is listened on for as
 * long as the process lives: it says to the others that the block is taken.
 */
const BLOCK_SIZE = 40
const BLOCKS = (HIGHEST - LOWEST + 1) / BLOCK_SIZE

interface Block {
  readonly first: number
  lastGiven: number
}

let current: Promise<Block> | undefined

/**
 * A loopback TCP port that is free when asked, and that no other process is given while this one lives.
 * @throws Error if all are taken.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const claimed = (current ??= claimBlock())
    const block = await claimed
    const port = block.lastGiven + 1
    if (port >= block.first + BLOCK_SIZE) {
      if (current === claimed) current = undefined
      continue
    }
    block.lastGiven = port
    const probe = await listenOn(port)
    if (probe === undefined) continue
    probe.close()
    await once(probe, 'close')
    return port
  }
}

async function claimBlock(): Promise<Block> {
  const start = Math.floor(Math.random() * BLOCKS)
  for (let offset = 0; offset < BLOCKS; offset += 1) {
    const first = LOWEST + ((start + offset) % BLOCKS) * BLOCK_SIZE
    const claim = await listenOn(first)
    if (claim === undefined) continue
    claim.on('connection', (socket) => socket.destroy())
    claim.unref()
    return { first, lastGiven: first }
  }
  throw new Error(`No TCP port from ${LOWEST} to ${HIGHEST} is free.`)
}

/** @returns nothing if the port is taken. */
async function listenOn(port: number): Promise<Server | undefined> {
  const server = createServer().listen(port, '127.0.0.1')
  try {
    await once(server, 'listening')
    return server
  } catch {
    return undefined
  }
}
