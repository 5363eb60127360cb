import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { registerMany } from '../../src/workloads/register.ts'
import { connectRegistry } from '../../src/registry/connect.ts'
import { mountSmallDisk, type SmallDisk } from './disk.ts'
import { needsProxy, type ServerName } from './faults.ts'
import { NAMESPACE, POPULATION, type Places } from './loads.ts'
import { FaultProxy } from './proxy.ts'
import type { Row } from './row.ts'
import { Server } from './servers.ts'

/** A row's surroundings: servers, proxies in front of them, and folders. */
export interface Rig {
  readonly places: Places
  /** The command's folder for temporary files. */
  readonly temporary: string
  /** A file with the offset of the command's wall clock, as text in ms. */
  readonly clockFile: string
  readonly servers: Readonly<Partial<Record<ServerName, Server>>>
  readonly proxies: Readonly<Partial<Record<ServerName, FaultProxy>>>
  readonly disk: SmallDisk | null
  /** Files and folders that the command left in the temporary folder. */
  leftBehind(): readonly string[]
  remove(): Promise<void>
}

/** @throws EnvironmentError if a server is missing. */
export async function setUp({ load, steps, stage }: Row): Promise<Rig> {
  // Short, because the path of a local socket may have 107 characters.
  const folder = mkdtempSync(join(tmpdir(), 'faults-'))
  const temporary = join(folder, 't')
  const results = join(folder, 'results')
  mkdirSync(temporary)
  mkdirSync(results)
  const servers: Partial<Record<ServerName, Server>> = {}
  const proxies: Partial<Record<ServerName, FaultProxy>> = {}
  const disk = stage.results === 'small disk' ? mountSmallDisk(results) : null
  const remove = async (): Promise<void> => {
    for (const proxy of Object.values(proxies)) proxy.close()
    await Promise.all(Object.values(servers).map((server) => server.remove()))
    disk?.remove()
    rmSync(folder, { recursive: true, force: true })
  }
  const ports = { redis: 0, nats: 0 }
  try {
    for (const name of load.servers === 'run' ? [] : (['redis', 'nats'] as const)) {
      const server = await Server.start(name, folder)
      servers[name] = server
      ports[name] = server.port
    }
    const redisUrl = `redis://127.0.0.1:${ports.redis}`
    const natsUrl = `nats://127.0.0.1:${ports.nats}`
    const populated = load.workload === 'enumerate' || load.workload === 'multicast'
    if (populated && load.servers === 'harness') await populate(redisUrl, natsUrl)
    for (const name of ['redis', 'nats'] as const) {
      if (!steps.some(({ fault }) => needsProxy(fault, name))) continue
      const proxy = await FaultProxy.before(ports[name])
      proxies[name] = proxy
      ports[name] = proxy.port
    }
  } catch (error) {
    await remove()
    throw error
  }
  return {
    places: {
      redisUrl: `redis://127.0.0.1:${ports.redis}`,
      natsUrl: `nats://127.0.0.1:${ports.nats}`,
      results,
    },
    temporary,
    clockFile: join(folder, 'clock'),
    servers,
    proxies,
    disk,
    leftBehind: () => readdirSync(temporary).filter((name) => name.startsWith('prism-loadtest')),
    remove,
  }
}

async function populate(redisUrl: string, natsUrl: string): Promise<void> {
  const options = { redisUrl, natsUrls: [natsUrl], namespace: NAMESPACE }
  const registry = await connectRegistry(options)
  try {
    await registerMany(registry, POPULATION)
  } finally {
    await registry.close()
  }
}
