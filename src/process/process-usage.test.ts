import { closeSync, openSync } from 'node:fs'
import { createServer } from 'node:net'
import { once } from 'node:events'
import { describe, expect, test } from 'vitest'
import { listenerOn, usageOf } from './process-usage.ts'

describe.runIf(process.platform === 'linux')('on Linux', () => {
  test('an opened file counts, and a closed one no longer does', () => {
    const before = usageOf(process.pid)
    const files = Array.from({ length: 20 }, () => openSync('/dev/null', 'r'))
    const during = usageOf(process.pid)
    for (const file of files) closeSync(file)
    expect((during?.openFiles ?? 0) - (before?.openFiles ?? 0)).toBeGreaterThan(10)
    expect(during?.rssBytes).toBeGreaterThan(2 ** 20)
  })

  test('finds the process that listens on a port, and no other', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    if (address === null || typeof address === 'string') throw new Error('it has no port')
    expect(listenerOn(address.port)).toBe(process.pid)
    server.close()
    await once(server, 'close')
    expect(listenerOn(address.port)).toBeNull()
  })
})

test('a process that does not exist has no usage', () => {
  expect(usageOf(2 ** 30)).toBeNull()
})
