import { readFileSync, rmSync } from 'node:fs'
import { nkeys } from '@nats-io/transport-node'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { freePort } from '../environment/free-port.ts'
import {
  findProgram,
  startNatsProgram,
  startRedisProgram,
  type ServerProgram,
} from '../environment/programs.ts'
import { checkNats, checkRedis } from '../environment/server-checks.ts'
import { connectRegistry } from './connect.ts'
import { parseServerAddresses } from './nats/server-address.ts'
import { startOperatedServer } from './nats/testing/nats-operator.ts'
import { ConnectionPool } from './nats/connections.ts'
import { connectRedis } from './redis/connect-redis.ts'
import { parseRedis } from './redis/address.ts'
import { optionsFor } from './redis/client-options.ts'
import { TestAuthority, type CertificateFiles } from './testing/certificates.ts'

const canRun = ['redis-server', 'nats-server', 'openssl'].every((name) => findProgram(name))

if (canRun) {
  describe('TLS (needs redis-server, nats-server and openssl on the PATH)', () => {
    const authority = new TestAuthority()
    const other = new TestAuthority()
    const client = authority.issue('DNS:client')
    const foreign = other.issue('DNS:client')
    const ended = authority.issue('DNS:client', { days: -1 })
    const secret = authority.write('secret', 's3cret\n')
    const trust = `tls-ca=${authority.ca}`
    const pair = ({ cert, key }: CertificateFiles) => `tls-cert=${cert}&tls-key=${key}`
    const all = `${trust}&${pair(client)}`
    const servers: ServerProgram[] = []
    /** `host:port` of each server: of its own name, of another, of a certificate that has ended, without TLS. */
    const redis = { good: '', named: '', ended: '', plain: '' }
    const nats = { good: '', named: '', ended: '', plain: '', token: '' }

    beforeAll(async () => {
      const certificates = {
        good: authority.issue('DNS:localhost,IP:127.0.0.1'),
        named: authority.issue('DNS:server.example'),
        ended: authority.issue('DNS:localhost,IP:127.0.0.1', { days: -1 }),
      }
      const begin = async (kind: keyof typeof certificates): Promise<void> => {
        const [overTls, plain] = await startRedis(certificates[kind])
        redis[kind] = overTls
        redis.plain = plain
        nats[kind] = await startNats(`${USER}\n${natsTlsOf(certificates[kind])}`)
      }
      await Promise.all([
        begin('good'),
        begin('named'),
        begin('ended'),
        startNats(USER).then((host) => (nats.plain = host)),
        startNats(`authorization { token: s3cret }\n${natsTlsOf(certificates.good)}`).then(
          (host) => (nats.token = host),
        ),
      ])
    }, 60_000)

    afterAll(async () => {
      await Promise.all(servers.map((server) => server.stop()))
      authority.remove()
      other.remove()
    })

    const USER = 'authorization { user: ann, password: s3cret }'

    function natsTlsOf({ cert, key }: CertificateFiles): string {
      return `tls { cert_file: "${cert}", key_file: "${key}", ca_file: "${authority.ca}", verify: true }`
    }

    async function startNats(configuration: string): Promise<string> {
      const file = authority.write(`${servers.length}-${Math.random()}.conf`, configuration)
      const server = await startNatsProgram({ extraArgs: ['--config', file] })
      servers.push(server)
      return `127.0.0.1:${server.port}`
    }

    async function startRedis({ cert, key }: CertificateFiles): Promise<[string, string]> {
      const port = await freePort()
      const server = await startRedisProgram({
        extraArgs:
          `--tls-port ${port} --tls-cert-file ${cert} --tls-key-file ${key} --tls-ca-cert-file ${authority.ca} --tls-auth-clients yes ${COMMON}`.split(
            ' ',
          ),
      })
      servers.push(server)
      return [`127.0.0.1:${port}`, `127.0.0.1:${server.port}`]
    }

    const COMMON = '--user ann on >s3cret ~* &* +@all --user default off'

    async function useRedis(url: string, timeoutMs = 5_000): Promise<void> {
      const connection = await connectRedis(url, { timeoutMs })
      await connection.client.ping()
      await connection.close()
    }

    async function useNats(url: string): Promise<void> {
      const pool = await ConnectionPool.open({
        servers: [url],
        connections: 1,
        connectTimeoutMs: 2_000,
        inboxPrefix: '_INBOX',
      })
      await pool.close()
    }

    const UNTRUSTED = /isn't trusted .*-tls-ca/
    const MISNAMED = /has another name: .*-tls-server-name/
    const NO_CERTIFICATE = /certificate of the client.*-tls-cert|client's certificate.*-tls-cert/

    test('a client with a certificate, a user and a password in a file is admitted to Redis', async () => {
      await useRedis(`redis://ann@${redis.good}?${all}&password-file=${secret}`)
      await useRedis(`rediss://ann:s3cret@${redis.good}?${all}`)
      await useRedis(`rediss://ann:s3cret@${redis.named}?${all}&tls-server-name=server.example`)
      expect(await checkRedis(`redis://ann:s3cret@${redis.good}?${all}`)).toMatchObject({
        version: expect.stringMatching(/^\d/),
      })
    })

    test('a client with a certificate and any kind of secret is admitted to NATS', async () => {
      await useNats(`nats://ann:s3cret@${nats.good}?${all}`)
      await useNats(`nats://ann@${nats.good}?${all}&password-file=${secret}`)
      await useNats(`tls://${nats.token}?${all}&token-file=${secret}`)
      await useNats(`nats://ann:s3cret@${nats.named}?${all}&tls-server-name=server.example`)
      expect(await checkNats([`nats://ann:s3cret@${nats.good}?${all}`])).toMatchObject({
        version: expect.stringMatching(/^\d/),
      })
    })

    test('an nkey and a .creds file admit to NATS', async () => {
      const user = nkeys.createUser()
      const seed = new TextDecoder().decode(user.getSeed())
      const file = authority.write('user.nk', `# ann\n${seed}\n`)
      const keyed = `authorization { users: [{ nkey: ${user.getPublicKey()} }] }`
      await useNats(`nats://${await startNats(keyed)}?nkey-file=${file}`)
      const { server, credsFor } = await startOperatedServer()
      servers.push(server)
      const creds = authority.write('ann.creds', credsFor().replaceAll('\n', '\r\n'))
      await useNats(`${server.url}?creds=${creds}`)
      await expect(useNats(server.url)).rejects.toThrow('refused the credentials')
    })

    test('connectRegistry takes PEM texts and files as options', async () => {
      const redisTls = {
        ca: readFileSync(authority.ca, 'utf8'),
        cert: readFileSync(client.cert, 'utf8'),
        key: readFileSync(client.key, 'utf8'),
        serverName: 'server.example',
      }
      const natsTls = {
        ca: { file: authority.ca },
        cert: { file: client.cert },
        key: { file: client.key },
      }
      const options = {
        redisUrl: `redis://ann:s3cret@${redis.named}`,
        natsUrls: [`nats://ann:s3cret@${nats.good}`],
        namespace: 'test',
        natsTls,
      }
      const registry = await connectRegistry({ ...options, redisTls })
      await registry.register('a', {})
      expect((await registry.enumerate({})).registrations).toHaveLength(1)
      await registry.close()
      await expect(
        connectRegistry({ ...options, redisUrl: `${options.redisUrl}?${all}`, redisTls }),
      ).rejects.toThrow('so has the option redisTls')
      await expect(
        connectRegistry({ ...options, redisTls: { cert: redisTls.cert, key: 'PRIVATE s3cret' } }),
      ).rejects.toThrow(/^options\.redisTls: .*is not PEM(?!.*s3cret)/)
    })

    test('a connection that TLS keeps down says so, and returns once the certificate is right', async () => {
      const port = await freePort()
      const tls = ({ cert, key }: CertificateFiles) =>
        `--tls-port ${port} --tls-cert-file ${cert} --tls-key-file ${key} --tls-ca-cert-file ${authority.ca} ${COMMON}`.split(
          ' ',
        )
      const right = tls(authority.issue('IP:127.0.0.1'))
      const server = await startRedisProgram({ extraArgs: right })
      servers.push(server)
      const url = `rediss://ann:s3cret@127.0.0.1:${port}?${all}`
      const connection = await connectRedis(url, { timeoutMs: 5_000 })
      const ping = () => connection.perform((admitted) => admitted.ping())
      const again = async (args: readonly string[]): Promise<void> => {
        const gone = server.ended
        process.kill(server.pid, 'SIGKILL')
        await gone
        await server.startAgain(args)
      }
      await again(tls(authority.issue('DNS:server.example')))
      await vi.waitFor(() => expect(ping()).rejects.toThrow(MISNAMED), 10_000)
      await again(right)
      await vi.waitFor(ping, 10_000)
      await connection.close()
    })

    test.each([
      ['no authority', 'good', '', UNTRUSTED],
      ['another authority', 'good', `tls-ca=${other.ca}`, UNTRUSTED],
      ['no certificate of the client', 'good', trust, NO_CERTIFICATE],
      ["another authority's", 'good', `${trust}&${pair(foreign)}`, NO_CERTIFICATE],
      ['one that has ended', 'good', `${trust}&${pair(ended)}`, NO_CERTIFICATE],
      ['a server of another name', 'named', all, MISNAMED],
      ['a name it lacks', 'good', `${all}&tls-server-name=server.example`, MISNAMED],
      ['a server whose certificate has ended', 'ended', all, /has expired/],
    ] as const)('%s: the error says what to set', async (_, server, search, message) => {
      await Promise.all([
        refused(useRedis(`rediss://ann:s3cret@${redis[server]}?${search}`), message, 'redis'),
        refused(checkRedis(`rediss://ann:s3cret@${redis[server]}?${search}`), message, 'redis'),
        refused(useNats(`tls://ann:s3cret@${nats[server]}?${search}`), message, 'nats'),
        refused(checkNats([`tls://ann:s3cret@${nats[server]}?${search}`]), message, 'nats'),
      ])
    })

    test('TLS at a port without it, and the other way around, are told apart from silence', async () => {
      await Promise.all([
        refused(
          useRedis(`rediss://ann:s3cret@${redis.plain}?${all}`, 500),
          /no TLS at this port/,
          '',
        ),
        refused(useRedis(`redis://ann:s3cret@${redis.good}`), /write rediss:/, 'redis'),
        refused(checkRedis(`redis://ann:s3cret@${redis.good}`), /write rediss:/, 'redis'),
        refused(useNats(`tls://ann:s3cret@${nats.plain}`), /it has no TLS/, ''),
        refused(checkNats([`tls://ann:s3cret@${nats.plain}`]), /it has no TLS/, ''),
      ])
    })

    /** @param kind whose variable and flag are named; '' if none. */
    async function refused(attempt: Promise<unknown>, message: RegExp, kind: string) {
      const error = await attempt.then(
        () => new Error('It was admitted.'),
        (thrown: unknown) => thrown,
      )
      expect(String(error)).toMatch(message)
      expect(String(error)).not.toMatch(/s3cret|\n/)
      if (/_TLS_/.test(String(error))) {
        expect(String(error)).toContain(`--${kind}-tls-`)
        expect(String(error)).toContain(`${kind.toUpperCase()}_TLS_`)
      }
    }

    test.each([
      ['redis', "doesn't exist", 'tls-ca=/nowhere/ca.pem'],
      ['redis', 'is not a file', `tls-ca=${authority.folder}`],
      ['redis', 'is not PEM', `tls-ca=${secret}`],
      ['redis', 'is not PEM', `tls-cert=${client.key}&tls-key=${client.key}`],
      ['redis', 'is not the key', `tls-cert=${client.cert}&tls-key=${foreign.key}`],
      ['redis', 'is empty', `password-file=${authority.write('empty', '\n')}`],
      ['redis', "doesn't exist", 'password-file=/nowhere/password'],
      ['nats', 'is not the key', `tls-cert=${client.cert}&tls-key=${foreign.key}`],
      ['nats', 'is not a .creds file', `creds=${secret}`],
      ['nats', 'has no seed', `nkey-file=${secret}`],
      ['nats', "doesn't exist", 'token-file=/nowhere/token'],
      ['nats', 'damaged nkey seed', `nkey-file=${authority.write('seed', `SU${'A'.repeat(56)}`)}`],
    ])('%s: a file that %s is named, with its setting', async (kind, fault, search) => {
      const attempts =
        kind === 'redis'
          ? [useRedis(`redis://${redis.good}?${search}`), checkRedis(`redis://h?${search}`)]
          : [useNats(`nats://${nats.good}?${search}`), checkNats([`nats://h?${search}`])]
      for (const attempt of attempts) {
        const error = await attempt.catch((thrown: unknown) => thrown)
        expect(String(error)).toContain(fault)
        expect(String(error)).toMatch(/the file "\/.* It is set by \?[\w-]+= in the address, /)
        expect(String(error)).not.toMatch(/s3cret|\n/)
      }
    })

    test('renewed files are used by the next connection, and the last good ones while they are gone', () => {
      const path = authority.write('renewed.pem', 'x')
      const place = parseRedis(`redis://h?tls-ca=${path}`)
      if (place.kind !== 'servers') throw new TypeError('not servers')
      const [address] = place.addresses
      expect(() => optionsFor(address, 1)).toThrow('is not PEM')
      const first = readFileSync(authority.ca, 'utf8')
      authority.write('renewed.pem', first)
      const { tls } = optionsFor(address, 1)
      const nothing = parseServerAddresses([`nats://h?tls-ca=${path}`]).credentials
      expect(tls?.ca).toBe(first)
      const second = readFileSync(other.ca, 'utf8')
      authority.write('renewed.pem', second)
      expect(tls?.ca).toBe(second)
      expect(nothing.tls).toMatchObject({ ca: second })
      rmSync(path)
      expect(tls?.ca).toBe(second)
    })
  })
}
