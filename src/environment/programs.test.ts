import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { createInterface } from 'node:readline'
import { connect } from '@nats-io/transport-node'
import { Redis } from 'ioredis'
import { describe, expect, test, vi } from 'vitest'
import { findProgram, startNatsProgram, startRedisProgram } from './programs.ts'
import { EnvironmentError } from './environment-error.ts'

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

  test('says which address it could not take', async () => {
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

test('Redis answers at its address and keeps nothing on disk', async () => {
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

test('servers die with the process that started them, even when that is killed with -9', async () => {
  const program = `
    import { startNatsProgram, startRedisProgram } from ${JSON.stringify(import.meta.resolve('./programs.ts'))}
    const servers = await Promise.all([startRedisProgram(), startNatsProgram()])
    console.log(servers.map((server) => server.pid).join(' '))
    setInterval(() => {}, 1000)`
  const owner = spawn(process.execPath, ['--input-type=module', '--eval', program])
  const [line] = (await once(createInterface(owner.stdout), 'line')) as [string]
  const pids = line.split(' ').map(Number)
  expect(pids.map(isAlive)).toEqual([true, true])
  owner.kill('SIGKILL')
  await vi.waitFor(() => expect(pids.map(isAlive)).toEqual([false, false]), { timeout: 10_000 })
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
