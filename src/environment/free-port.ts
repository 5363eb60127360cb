import { once } from 'node:events'
import { createServer } from 'node:net'

/**
 * Systems give ports from 32,768 (Linux) or 49,152 on to outgoing connections. A server that is down would lose such a
 * port: to another connection, or to a client that tries to reach it and connects to itself.
 */
const LOWEST = 10_000
const HIGHEST = 19_999
const ATTEMPTS = 50

/** A loopback TCP port that is free when asked; another process may take it before it is used. */
export async function freePort(): Promise<number> {
  for (let attempt = 1; attempt < ATTEMPTS; attempt += 1) {
    const port = LOWEST + Math.floor(Math.random() * (HIGHEST - LOWEST + 1))
    if (await isFree(port)) return port
  }
  throw new Error(`No TCP port from ${LOWEST} to ${HIGHEST} is free.`)
}

async function isFree(port: number): Promise<boolean> {
  const probe = createServer().listen(port, '127.0.0.1')
  try {
    await once(probe, 'listening')
  } catch {
    return false
  }
  probe.close()
  await once(probe, 'close')
  return true
}
