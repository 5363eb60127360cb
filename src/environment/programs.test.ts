import { once } from 'node:events'
import { createServer } from 'node:net'
import { connect } from '@nats-io/transport-node'
import { Redis } from 'ioredis'
import { beforeEach, describe, expect, test } from 'vitest'
import { findProgram, missingPrograms, startNatsProgram, startRedisProgram } from './programs.ts'
import { EnvironmentError } from './environment-error.ts'

const missing = missingPrograms()
beforeEach(({ skip }) => skip(missing !== undefined, missing))

describe.each([
  { name: 'redis-server', start: startRedisProgram },
  { name: 'nats-server', start: startNatsProgram },
])('$name', ({ start }) => {
  test('runs until it is stopped', async () => {
    const server = await start()
    expect(isAlive(server.pid)).toBe(true)
    await server.stop()
    expect(isAlive(server.pid)).toBe(false)
    await server.stop()
  })

  test('names the address that was taken', async () => {
    const taken = createServer().listen(0, '127.0.0.1')
    await once(taken, 'listening')
    const address = taken.address()
    const port = typeof address === 'object' && address ? address.port : 0
    const failure = start({ port })
    await expect(failure).rejects.toThrow(EnvironmentError)
    await expect(failure).rejects.toThrow(`127.0.0.1:${port}`)
    taken.close()
  })
})

test('Redis answers at its address and stores nothing on disk', async () => {
  const server = await startRedisProgram({ extraArgs: ['--requirepass', 'secret'] })
  const redis = new Redis(server.url, { password: 'secret' })
  expect(await redis.ping()).toBe('PONG')
  expect(await redis.config('GET', 'save')).toEqual(['save', ''])
  expect(await redis.config('GET', 'appendonly')).toEqual(['appendonly', 'no'])
  expect(await redis.info('server')).toContain(`process_id:${server.pid}\r\n`)
  redis.disconnect()
  await server.stop()
})

test('NATS answers at its address, with JetStream', async () => {
  const server = await startNatsProgram()
  const nats = await connect({ servers: server.url })
  expect(nats.info?.jetstream).toBe(true)
  await nats.close()
  await server.stop()
})

test('a program is found on the PATH given, and in the system folders', () => {
  expect(findProgram('sh', '/nowhere:/bin')).toBe('/bin/sh')
  expect(findProgram('no-such-program-anywhere')).toBeUndefined()
})

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}
