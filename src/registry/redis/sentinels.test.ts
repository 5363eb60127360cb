import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import { freePort } from '../../environment/free-port.ts'
import { startGuarded } from '../../environment/guard.ts'
import { findProgram, startRedisProgram, type ServerProgram } from '../../environment/programs.ts'
import { everything, request } from '../testing/store.contract.ts'
import { connectRedisStore } from './redis-store.ts'

const PASSWORD = 'hunter2'
interface Sentinel {
  readonly port: number
  readonly stop: () => Promise<void>
}

const hasProgram = findProgram('redis-server') !== undefined

describe.skipIf(!hasProgram)('By Sentinel (needs redis-server on the PATH)', () => {
  let folder: string
  let servers: readonly ServerProgram[]
  let open: Sentinel
  let guarded: Sentinel
  let nobody: number

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sentinel-'))
    const auth = ['--requirepass', PASSWORD, '--masterauth', PASSWORD]
    const primary = await startRedisProgram({ extraArgs: auth })
    const replica = await startRedisProgram({
      extraArgs: [...auth, '--replicaof', '127.0.0.1', `${primary.port}`],
    })
    servers = [primary, replica]
    open = await startSentinel(primary.port, '')
    guarded = await startSentinel(primary.port, `requirepass ${PASSWORD}`)
    nobody = await freePort()
    const redis = new Redis(replica.url, { password: PASSWORD })
    await vi.waitFor(
      async () => expect(await redis.info('replication')).toContain('link_status:up'),
      20_000,
    )
    redis.disconnect()
  }, 60_000)

  afterAll(async () => {
    await Promise.all([...servers, open, guarded].map((server) => server.stop()))
    await rm(folder, { recursive: true })
  })

  async function startSentinel(primaryPort: number, more: string): Promise<Sentinel> {
    const port = await freePort()
    const file = join(folder, `${port}.conf`)
    const settings = [
      `port ${port}`,
      'bind 127.0.0.1',
      `sentinel monitor mymaster 127.0.0.1 ${primaryPort} 1`,
      `sentinel auth-pass mymaster ${PASSWORD}`,
      more,
    ]
    await writeFile(file, settings.join('\n'))
    const started = await startGuarded({
      path: findProgram('redis-server') ?? '',
      args: [file, '--sentinel'],
      folderFlag: '--dir',
      readyText: '+monitor',
      timeoutMs: 10_000,
    })
    if (started.state === 'failed') throw new Error(started.output)
    return { port, stop: started.program.stop }
  }

  const connect = (url: string) =>
    connectRedisStore({ url, namespace: 'by-sentinel', connectTimeoutMs: 5_000 })

  test.for([
    ['one of several that answers', () => `127.0.0.1:${nobody},127.0.0.1:${open.port}`],
    ['one that asks for the password', () => `127.0.0.1:${guarded.port}`],
  ] as const)('finds the master through %s', async ([, hosts]) => {
    const store = await connect(`redis+sentinel://:${PASSWORD}@${hosts()}/mymaster`)
    await store.register(request('alice', { replace: true }))
    expect(await store.select(everything)).toHaveLength(1)
    await store.close()
  })

  test.for([
    ['an unknown master', () => `127.0.0.1:${open.port}/other`, 'knows no master "other"'],
    ['nobody there', () => `127.0.0.1:${nobody}/mymaster`, 'ECONNREFUSED'],
    ['no Sentinel', () => `127.0.0.1:${servers[0]?.port}/mymaster`, 'unknown command'],
  ] as const)('says that there is %s, without the password', async ([, hosts, said]) => {
    const connecting = connect(`redis+sentinel://:${PASSWORD}@${hosts()}`)
    const error: unknown = await connecting.catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringContaining(said),
    })
    expect(String(error)).not.toContain(PASSWORD)
  })

  test('refuses a wrong password by name', async () => {
    await expect(
      connect(`redis+sentinel://:wrong@127.0.0.1:${open.port}/mymaster`),
    ).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringMatching(/"mymaster".*WRONGPASS/),
    })
  })

  test('connects to where an address map says that the announced master is', async () => {
    const [primary, replica] = servers
    const store = await connectRedisStore({
      url: `redis+sentinel://:${PASSWORD}@127.0.0.1:${open.port}/mymaster`,
      namespace: 'by-sentinel',
      addressMap: { [`127.0.0.1:${primary?.port}`]: `127.0.0.1:${replica?.port}` },
    })
    await expect(store.register(request('carol'))).rejects.toThrow('READONLY')
    await store.close()
  })

  test('renews provided credentials, and finds the master again with them', async () => {
    const admin = new Redis(servers[0]?.url ?? '', { password: PASSWORD })
    onTestFinished(() => admin.disconnect())
    let asked = 0
    const store = await connectRedisStore({
      url: `redis+sentinel://127.0.0.1:${open.port}/mymaster`,
      namespace: 'by-sentinel',
      credentials: async () => {
        asked += 1
        const username = `user-${asked}`
        await admin.call('ACL', 'SETUSER', username, 'on', `>${username}`, '~*', '&*', '+@all')
        return { username, password: username, expiresAt: Date.now() + 500 }
      },
    })
    onTestFinished(() => store.close())
    await vi.waitFor(() => expect(asked).toBeGreaterThan(2), 10_000)
    expect(await store.select(everything).then(() => 'well', String)).toBe('well')
    for (let n = 1; n < asked - 1; n += 1) await admin.call('ACL', 'DELUSER', `user-${n}`)
    await admin.call('CLIENT', 'KILL', 'TYPE', 'normal')
    await vi.waitFor(() => store.select(everything), 10_000)
  })

  // Last: it changes who is the master.
  test('follows the master when it fails over', async () => {
    const store = await connect(
      `redis+sentinel://:${PASSWORD}@127.0.0.1:${open.port},127.0.0.1:${guarded.port}/mymaster`,
    )
    onTestFinished(() => store.close())
    await store.register(request('alice', { replace: true }))
    const sentinel = new Redis(open.port, '127.0.0.1')
    onTestFinished(() => sentinel.disconnect())
    await vi.waitFor(() => sentinel.call('SENTINEL', 'FAILOVER', 'mymaster'), 30_000)
    await vi.waitFor(async () => {
      const address = await sentinel.call('SENTINEL', 'get-master-addr-by-name', 'mymaster')
      expect(address).toEqual(['127.0.0.1', `${servers[1]?.port}`])
    }, 30_000)
    await vi.waitFor(() => store.register(request('bob', { replace: true })), 30_000)
    const replica = new Redis(servers[1]?.url ?? '', { password: PASSWORD })
    onTestFinished(() => replica.disconnect())
    await vi.waitFor(async () => {
      expect(await replica.info('replication')).toContain('role:master')
      await store.register(request('bob', { replace: true }))
      expect(await replica.exists('by-sentinel:bob')).toBe(1)
    }, 30_000)
    expect(await store.select(everything)).toHaveLength(2)
  }, 90_000)
})
