import { afterAll, describe, expect, test, vi } from 'vitest'
import { freePort } from '../../environment/free-port.ts'
import { startGuarded } from '../../environment/guard.ts'
import { findProgram, startRedisProgram, type ServerProgram } from '../../environment/programs.ts'
import { checkRedis } from '../../environment/server-checks.ts'
import { bareRedis } from '../../environment/bare-clients.ts'
import { TestAuthority } from '../testing/certificates.ts'
import { everything, request } from '../testing/store.contract.ts'
import { connectRedisStore } from './redis-store.ts'

const redisServer = findProgram('redis-server')

if (redisServer !== undefined && findProgram('openssl') !== undefined) {
  describe('TLS in a cluster and by Sentinel (needs redis-server and openssl on the PATH)', () => {
    const authority = new TestAuthority()
    // Nodes announce IP addresses, which no certificate has to name.
    const server = authority.issue('DNS:redis.example')
    const client = authority.issue('DNS:client')
    const password = authority.write('password', 's3cret\n')
    const search =
      `?tls-ca=${authority.ca}&tls-cert=${client.cert}&tls-key=${client.key}` +
      `&tls-server-name=redis.example&password-file=${password}`
    const files = `--tls-cert-file ${server.cert} --tls-key-file ${server.key} --tls-ca-cert-file ${authority.ca}`
    const stops: (() => Promise<unknown>)[] = []

    async function startRedis(more: string): Promise<[ServerProgram, number]> {
      const port = await freePort()
      const extra = `--tls-port ${port} ${files} --tls-replication yes --requirepass s3cret --masterauth s3cret ${more}`
      const started = await startRedisProgram({ extraArgs: extra.trim().split(' ') })
      stops.push(() => started.stop())
      return [started, port]
    }

    async function startSentinel(masterPort: number): Promise<number> {
      const port = await freePort()
      const file = authority.write(
        'sentinel.conf',
        [
          'port 0',
          `tls-port ${port}`,
          ...files
            .slice(2)
            .split(' --')
            .map((setting) => setting.trim()),
          'tls-replication yes',
          'bind 127.0.0.1',
          `sentinel monitor mymaster 127.0.0.1 ${masterPort} 1`,
          'sentinel auth-pass mymaster s3cret',
        ].join('\n'),
      )
      const start = await startGuarded({
        path: redisServer ?? '',
        args: [file, '--sentinel'],
        folderFlag: '--dir',
        readyText: '+monitor',
        timeoutMs: 20_000,
      })
      if (start.state !== 'ready') throw new Error(start.output)
      stops.push(() => start.program.stop())
      return port
    }

    afterAll(async () => {
      await Promise.all(stops.map((stop) => stop()))
      authority.remove()
    })

    test('all nodes of a cluster are reached, by the name that their certificates have', async () => {
      const [, port] = await startRedis(
        '--cluster-enabled yes --tls-cluster yes --cluster-announce-ip 127.0.0.1',
      )
      const url = `rediss://127.0.0.1:${port}${search}`
      const admin = bareRedis(url)
      await admin.call('CLUSTER', 'ADDSLOTSRANGE', '0', '16383')
      await vi.waitFor(
        async () => expect(await admin.cluster('INFO')).toContain('state:ok'),
        10_000,
      )
      admin.disconnect()
      await readAndWrite(url)
      expect((await checkRedis(url)).topology).toContain('cluster of 1 primary')
    })

    test('Sentinels and the master that they name are reached', async () => {
      const [, port] = await startRedis('')
      const url = `redis+sentinel://127.0.0.1:${await startSentinel(port)}/mymaster${search}`
      await readAndWrite(url)
      expect((await checkRedis(url)).topology).toContain('found by Sentinel')
      await expect(
        connectRedisStore({
          url: url.replace(/\?.*/, '').replace('redis+', 'rediss+'),
          namespace: 'a',
        }),
      ).rejects.toThrow(/isn't trusted .*--redis-tls-ca/)
    })

    async function readAndWrite(url: string): Promise<void> {
      const store = await connectRedisStore({ url, namespace: 'test' })
      await store.register(request('alice', { replace: true }))
      expect(await store.select(everything)).toHaveLength(1)
      await store.close()
    }
  })
}
