import { once } from 'node:events'
import { createServer, type AddressInfo, type Server } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { nowMs } from '../../src/load/clock.ts'
import { outageOf, type NodeAddress } from './outage.ts'

const servers: Server[] = []
afterEach(() => {
  for (const server of servers.splice(0)) server.close()
})

async function listen(port = 0): Promise<{ readonly server: Server; readonly node: NodeAddress }> {
  const server = createServer((socket) => socket.resume()).listen(port, '127.0.0.1')
  servers.push(server)
  await once(server, 'listening')
  return { server, node: { host: '127.0.0.1', port: (server.address() as AddressInfo).port } }
}

/** The fault of these nodes, injected, and what it tells. */
function inject(nodes: readonly NodeAddress[]) {
  const controller = new AbortController()
  const told: unknown[] = []
  let isOver = false
  let agoMs = 0
  const begun = (what?: string, ago = 0): void => {
    told.push(what)
    agoMs = ago
  }
  const over = outageOf('a node goes', nodes)
    .inject({ signal: controller.signal, begun })
    .finally(() => {
      isOver = true
    })
  return { controller, told, over, isOver: () => isOver, agoMs: () => agoMs }
}

test('begins when one of the nodes goes, and is over when that one is back', async () => {
  const [first, second] = [await listen(), await listen()]
  const fault = inject([first.node, second.node])
  second.server.close()
  await expect.poll(() => fault.told).toEqual(['127.0.0.1'])
  expect(fault.isOver()).toBe(false)
  await listen(second.node.port)
  await fault.over
})

test('counts from when all nodes accepted connections for the last time', async () => {
  const { server, node } = await listen()
  const [watchedAtMs, fault] = [nowMs(), inject([node])]
  server.close()
  await expect.poll(() => fault.told).toHaveLength(1)
  expect(fault.agoMs()).toBeGreaterThan(0)
  expect(fault.agoMs()).toBeLessThanOrEqual(nowMs() - watchedAtMs)
  fault.controller.abort()
  await fault.over
})

test('is over when the load ends, though the node stays away', async () => {
  const { server, node } = await listen()
  const fault = inject([node])
  server.close()
  await expect.poll(() => fault.told).toHaveLength(1)
  fault.controller.abort()
  await fault.over
})

test('fails if nobody takes a node away: nothing was tested', async () => {
  const { node } = await listen()
  const fault = inject([node])
  fault.controller.abort()
  await expect(fault.over).rejects.toThrow(/127\.0\.0\.1 stayed/)
  expect(fault.told).toEqual([])
})
