import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { freePort } from './free-port.ts'

const run = promisify(execFile)

test('no port is given twice, whichever processes ask', async () => {
  const script = `
    import { freePort } from ${JSON.stringify(new URL('free-port.ts', import.meta.url).href)}
    const ports = await Promise.all(Array.from({ length: 100 }, () => freePort()))
    console.log(JSON.stringify(ports))
    process.stdin.resume().on('end', () => process.exit())`
  const others = Array.from({ length: 3 }, () =>
    run(process.execPath, ['--input-type=module', '--eval', script]),
  )
  const printed = await Promise.all(
    others.map(async ({ child }) => {
      const [line] = await once(child.stdout ?? child, 'data')
      return JSON.parse(String(line)) as number[]
    }),
  )
  const own = await Promise.all(Array.from({ length: 100 }, () => freePort()))
  for (const { child } of others) child.stdin?.end()
  await Promise.all(others)
  const ports = [...printed.flat(), ...own]
  expect(ports).toHaveLength(400)
  expect(new Set(ports).size).toBe(400)
  for (const port of ports) expect(port).toSatisfy((it: number) => it > 10_000 && it < 20_000)
})

test('a port that a server listens on is not given', async () => {
  const next = (await freePort()) + 1
  const taken = createServer().listen(next, '127.0.0.1')
  await once(taken, 'listening')
  try {
    expect(await freePort()).not.toBe(next)
  } finally {
    taken.close()
  }
})

test('asking for ports does not keep a process alive', async () => {
  const file = JSON.stringify(new URL('free-port.ts', import.meta.url).href)
  const script = `import { freePort } from ${file}; await freePort(); console.log('done')`
  const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', script], {
    timeout: 30_000,
  })
  expect(stdout).toBe('done\n')
})
