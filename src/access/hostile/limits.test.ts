import { connect, type Socket } from 'node:net'
import { once } from 'node:events'
import { describe, expect, onTestFinished, test } from 'vitest'
import { findProgram, startRedisProgram } from '../../environment/programs.ts'
import { connectRedisStore } from '../../registry/redis/redis-store.ts'
import { identitiesOf, request } from '../../registry/testing/store.contract.ts'
import { urlFor, userOf } from '../testing/tenant-users.ts'
import { ATTACKER, IDENTITY, VICTIM } from './testing/redis-attacks.ts'
import { startTwoTenants } from './testing/two-tenants.ts'

const hasProgram = findProgram('redis-server') !== undefined

/** What permissions don't prevent; `docs/tenants.md` says so. */
describe.skipIf(!hasProgram)(
  'Permissions in a shared Redis (need redis-server on the PATH)',
  () => {
    async function tenants(extraArgs: readonly string[] = []) {
      const started = await startTwoTenants(extraArgs)
      onTestFinished(() => started.stop())
      return started
    }

    /** The victim on a Redis of its own. */
    async function onOwnServer() {
      const server = await startRedisProgram()
      onTestFinished(() => server.stop())
      const store = await connectRedisStore({ url: server.url, namespace: VICTIM })
      onTestFinished(() => store.close())
      return store
    }

    test("don't limit a tenant's memory, which a Redis of its own does", async () => {
      const own = await onOwnServer()
      const { victim, connectAttacker } = await tenants(['--maxmemory', '16mb'])
      const attacker = connectAttacker()
      onTestFinished(() => attacker.disconnect())
      const fill = async (bytes: number): Promise<void> => {
        for (;;) await attacker.hset(`${ATTACKER}:x`, crypto.randomUUID(), 'x'.repeat(bytes))
      }
      await expect(fill(1e6)).rejects.toThrow('OOM')
      const writing = async () => {
        await fill(1e3).catch(() => {})
        return victim.register(request('bob', { replace: true })).then(String, String)
      }
      await expect.poll(writing, { timeout: 10_000 }).toContain('OOM')
      // What it has stays, and can be read.
      expect(await identitiesOf(victim)).toEqual([IDENTITY, 'bob'])
      await own.register(request('carol'))
    })

    test("don't limit a tenant's connections, which a Redis of its own does", async () => {
      const own = await onOwnServer()
      const { server, victim } = await tenants(['--maxclients', '40'])
      const sockets: Socket[] = []
      onTestFinished(() => {
        for (const socket of sockets) socket.destroy()
      })
      for (let said = ''; !said.includes('max number of clients');) {
        const socket = connect(server.port, '127.0.0.1')
        socket.on('error', () => {})
        sockets.push(socket)
        // The server speaks first only to refuse.
        socket.write('PING\r\n')
        said = String((await once(socket, 'data'))[0])
      }
      const url = urlFor({ name: VICTIM }, server.port)
      const another = connectRedisStore({ url, namespace: VICTIM, scripts: 'functions' })
      await expect(another).rejects.toThrow(/max number of clients|ECONNRESET|closed/)
      // Connections that it has go on.
      expect(await identitiesOf(victim)).toEqual([IDENTITY, 'bob'])
      await own.register(request('carol'))
    })

    test("don't hold a tenant with raw commands to its quotas, in its own namespace", async () => {
      const { server, connectAttacker } = await tenants()
      const limited = await connectRedisStore({
        url: urlFor({ name: ATTACKER }, server.port),
        namespace: ATTACKER,
        scripts: 'functions',
        maxIdentities: 1,
      })
      onTestFinished(() => limited.close())
      await expect(limited.register(request('another'))).rejects.toMatchObject({
        code: 'QUOTA_EXCEEDED',
      })
      const raw = connectAttacker()
      onTestFinished(() => raw.disconnect())
      const record = { id: 'another', metadata: '{}', registered_at: '1', expires_at: '0' }
      await raw.hset(`${ATTACKER}:another`, record)
      await raw.zadd(`${ATTACKER}:~index`, '+inf', 'another')
      const fresh = await connectRedisStore({
        url: urlFor({ name: ATTACKER }, server.port),
        namespace: ATTACKER,
        scripts: 'functions',
      })
      onTestFinished(() => fresh.close())
      expect(await identitiesOf(fresh)).toEqual([IDENTITY, 'another'])
      expect(userOf(ATTACKER, ['reader']).redis.main.commands).not.toContain('hset')
    })
  },
)
