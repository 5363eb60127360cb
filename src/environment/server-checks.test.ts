import { once } from 'node:events'
import { createServer } from 'node:net'
import type { Server, Socket } from 'node:net'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { EnvironmentError } from './environment-error.ts'
import { missingPrograms, startNatsProgram, startRedisProgram } from './programs.ts'
import type { ServerProgram } from './programs.ts'
import { checkNats, checkRedis, type ServerDescription } from './server-checks.ts'

const missing = missingPrograms()
beforeEach(({ skip }) => skip(missing !== undefined, missing))

let redis: ServerProgram
let nats: ServerProgram
let silent: Server
let silentAddress: string
let closing: Server
let closingAddress: string
const silentSockets: Socket[] = []

beforeAll(async () => {
  if (missing !== undefined) return
  redis = await startRedisProgram({ extraArgs: ['--requirepass', 'open-sesame'] })
  nats = await startNatsProgram({ extraArgs: ['--user', 'user', '--pass', 'open-sesame'] })
  silent = createServer((socket) => silentSockets.push(socket)).listen(0, '127.0.0.1')
  silentAddress = await addressOf(silent)
  closing = createServer((socket) => socket.end()).listen(0, '127.0.0.1')
  closingAddress = await addressOf(closing)
})

afterAll(async () => {
  if (missing !== undefined) return
  for (const socket of silentSockets) socket.destroy()
  silent.close()
  closing.close()
  await Promise.all([redis.stop(), nats.stop()])
})

describe.concurrent('checkRedis', () => {
  test('reports its version and configuration', async () => {
    const url = `redis://:open-sesame@127.0.0.1:${redis.port}`
    expect(await checkRedis(url)).toMatchObject({
      version: expect.stringMatching(/^\d+\.\d+\.\d+$/),
      configurations: [{ appendonly: 'no', 'io-threads': '1' }],
    })
  })

  test('Redis reports its version even if it refuses CONFIG, or INFO as well', async () => {
    const url = `redis://:open-sesame@127.0.0.1:${redis.port}`
    const admin = new Redis(url)
    await admin.call('ACL', 'SETUSER', 'limited', 'on', '>pass-7', '+@all', '-config')
    await admin.call('ACL', 'SETUSER', 'tenant', 'on', '>pass-7', '+@all', '-config', '-info')
    await admin.quit()
    for (const user of ['limited', 'tenant']) {
      expect(await checkRedis(`redis://${user}:pass-7@127.0.0.1:${redis.port}`)).toEqual({
        version: expect.stringMatching(/^\d+\.\d+\.\d+$/),
        configurations: null,
      })
    }
  })

  test('names a Redis that needs a password, and the remedy', async () => {
    const message = await refusal(checkRedis(redis.url))
    expect(message).toContain(`127.0.0.1:${redis.port} asks for a password`)
  })

  test('names a server that refuses the password, without the password', async () => {
    const message = await refusal(checkRedis(`redis://:hunter2@127.0.0.1:${redis.port}`))
    expect(message).toContain(`127.0.0.1:${redis.port} refused the user or password`)
  })

  test('refuses a Redis that lacks the requested database', async () => {
    const message = await refusal(checkRedis(`redis://:open-sesame@127.0.0.1:${redis.port}/99`))
    expect(message).toContain('DB index is out of range')
  })

  test('names a server that is not running', async () => {
    expect(await refusal(checkRedis('redis://127.0.0.1:1'))).toContain(
      '127.0.0.1:1 refused the connection',
    )
    expect(await refusal(checkRedis('redis://no-such-host.invalid'))).toContain(
      'no-such-host.invalid:6379 was not found',
    )
  })

  test('times out if the server does not answer', async () => {
    const message = await refusal(checkRedis(`redis://:hunter2@${silentAddress}`))
    expect(message).toContain(`${silentAddress} did not answer within 5 s`)
  })

  test('names a server that closes the connection', async () => {
    const message = await refusal(checkRedis(`redis://:hunter2@${closingAddress}`))
    expect(message).toContain(`${closingAddress} closed the connection`)
  })

  test('refuses another kind of server', async () => {
    await refusal(checkRedis(`redis://127.0.0.1:${nats.port}`))
  })
})

describe.concurrent('checkNats', () => {
  test('reports its version and configuration', async () => {
    const described = {
      version: expect.stringMatching(/^\d+\.\d+\.\d+$/),
      configurations: [expect.objectContaining({ max_payload: 1_048_576, auth_required: true })],
    }
    const url = `nats://user:open-sesame@127.0.0.1:${nats.port}`
    expect(await checkNats([url])).toMatchObject(described)
    expect(await checkNats(['nats://user:open-sesame@127.0.0.1:1', url])).toMatchObject(described)
  })

  test('names a server that refuses the password, without the password', async () => {
    const message = await refusal(checkNats([`nats://user:hunter2@127.0.0.1:${nats.port}`]))
    expect(message).toContain(`127.0.0.1:${nats.port} refused the user or password`)
  })

  test('names a server that is not running', async () => {
    expect(await refusal(checkNats(['nats://127.0.0.1:1', 'nats://127.0.0.1:2']))).toContain(
      '127.0.0.1:1, 127.0.0.1:2 refused the connection',
    )
    expect(await refusal(checkNats(['nats://no-such-host.invalid']))).toContain(
      'no-such-host.invalid:4222 was not found',
    )
  })

  test('times out if the server does not answer', async () => {
    const message = await refusal(checkNats([`nats://user:hunter2@${silentAddress}`]))
    expect(message).toContain(`${silentAddress} did not answer within 5 s`)
  })

  test('names a server that closes the connection', async () => {
    const message = await refusal(checkNats([`nats://user:hunter2@${closingAddress}`]))
    expect(message).toContain(`${closingAddress} closed the connection`)
  })
})

/** Once it listens. */
async function addressOf(server: Server): Promise<string> {
  await once(server, 'listening')
  const address = server.address()
  return `127.0.0.1:${typeof address === 'object' ? address?.port : address}`
}

/** The message of the error, which must be for users and hold no password. */
async function refusal(check: Promise<ServerDescription>): Promise<string> {
  const error = await check.then(
    ({ version }) => new Error(`answered: ${version}`),
    (failure: Error) => failure,
  )
  expect(error).toBeInstanceOf(EnvironmentError)
  expect(error.message).not.toMatch(/hunter2|open-sesame/)
  expect(error.cause).toBeUndefined()
  return error.message
}
