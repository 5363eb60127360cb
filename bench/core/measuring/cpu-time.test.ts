import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect, test } from 'vitest'
import { cpuTimeMs } from './cpu-time.ts'

test.skipIf(process.platform !== 'linux')('grows while a process computes', async () => {
  const child = spawn(process.execPath, ['-e', 'for (;;);'], { stdio: 'ignore' })
  const { pid = 0 } = child
  await once(child, 'spawn')
  const before = cpuTimeMs(pid) ?? Number.NaN
  await expect.poll(() => cpuTimeMs(pid)).toBeGreaterThan(before)
  const ended = once(child, 'exit')
  child.kill('SIGKILL')
  await ended
  expect(cpuTimeMs(pid)).toBeNull()
})

test('is unknown of a process that does not exist', () => {
  expect(cpuTimeMs(2 ** 30)).toBeNull()
})
