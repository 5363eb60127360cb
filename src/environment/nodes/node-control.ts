import { once } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { UserError } from '../../user-error.ts'
import type { StartedNodes } from '../backends.ts'
import { EnvironmentError } from '../environment-error.ts'
import { GuardedFolder } from '../guard.ts'
import { MAX_ORDER_BYTES, nodeOrderSchema, type NodeAnswer } from './node-order.ts'
import type { StartedNode } from './started-node.ts'

/** Who connects and sends no whole order is cut off after this time, in ms. */
const ORDER_TIMEOUT_MS = 5_000

/** Longest path of a Unix socket on all systems, in bytes. */
const MAX_PATH_BYTES = 103

/** The control socket of this run's servers. */
export interface NodeControl {
  readonly started: StartedNodes
  /** Resolves when the socket and its folder are gone. */
  readonly close: () => Promise<void>
}

/**
 * Lets other processes of this user break and restore the servers that this process started, over a Unix socket in a
 * folder that only this user can enter. Both are gone when this process is, however it ends.
 *
 * @param settle resolves when nodes that were restored work together again.
 * @throws EnvironmentError if there can be no such socket.
 */
export async function openNodeControl(
  nodes: readonly StartedNode[],
  settle: () => Promise<void> = async () => {},
): Promise<NodeControl> {
  const folder = await GuardedFolder.open(
    join(tmpdir(), 'prism-loadtest.XXXXXX', 'control').length > MAX_PATH_BYTES ? '/tmp' : tmpdir(),
  )
  const controlPath = join(folder.path, 'control')
  const connections = new Set<Socket>()
  const server = createServer({ allowHalfOpen: true }, (connection) => {
    connections.add(connection)
    connection.on('close', () => connections.delete(connection))
    // Who asked may be gone by the time the answer is there.
    connection.on('error', () => connection.destroy())
    void answer(connection, (text) => carryOut(nodes, settle, text))
  })
  try {
    await listen(server, controlPath)
  } catch (error) {
    await folder.remove()
    throw error
  }
  server.unref()
  return {
    started: { nodes: nodes.map(({ node }) => node), controlPath },
    close: async () => {
      server.close()
      for (const connection of connections) connection.destroy()
      await folder.remove()
    },
  }
}

async function listen(server: Server, path: string): Promise<void> {
  server.listen(path)
  try {
    await once(server, 'listening')
  } catch (error) {
    throw new EnvironmentError(`No socket can be made at ${path}: ${messageOf(error)}.`)
  }
}

/** Reads one line, answers with one, and closes the connection. */
async function answer(
  connection: Socket,
  carryOutOrder: (text: string) => Promise<NodeAnswer>,
): Promise<void> {
  connection.setTimeout(ORDER_TIMEOUT_MS, () => connection.destroy())
  connection.setEncoding('utf8')
  let text = ''
  connection.on('data', (chunk: string) => {
    if (text.includes('\n')) return
    text += chunk
    if (text.length > MAX_ORDER_BYTES) {
      connection.end(lineOf({ refused: `An order has at most ${MAX_ORDER_BYTES} bytes.` }))
      connection.destroySoon()
      return
    }
    if (!text.includes('\n')) return
    connection.setTimeout(0)
    void carryOutOrder(text).then((answered) => connection.end(lineOf(answered)))
  })
  connection.on('end', () => {
    if (!text.includes('\n')) connection.destroy()
  })
}

/** Never rejects. */
async function carryOut(
  nodes: readonly StartedNode[],
  settle: () => Promise<void>,
  text: string,
): Promise<NodeAnswer> {
  const order = nodeOrderSchema.safeParse(parsed(text))
  if (!order.success) return { refused: 'The order is not a valid one.' }
  const { data } = order
  try {
    if ('node' in data) {
      const node = nodes.find((known) => known.node.name === data.node)
      if (node === undefined) return { refused: 'There is no node of that name.' }
      await node.act(data.action, data.data)
    } else if (data.action === 'persist') {
      await Promise.all(nodes.map((node) => node.persist()))
    } else {
      await Promise.all(nodes.map((node) => node.restore()))
      await settle()
    }
    return { done: true }
  } catch (error) {
    return { refused: messageOf(error) }
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

function lineOf(answered: NodeAnswer): string {
  return `${JSON.stringify(answered)}\n`
}

function messageOf(error: unknown): string {
  if (error instanceof UserError) return error.message
  return error instanceof Error ? error.message : String(error)
}
