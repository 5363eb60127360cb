import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect, onTestFinished, test } from 'vitest'
import { cpuTimeMs, cpuTimeOfTreeMs } from './cpu-time.ts'

test.skipIf(process.platform !== 'linux')(
  'the CPU time of a process grows while it computes',
  async () => {
    const child = spawn(process.execPath, ['-e', 'for (;;);'], { stdio: 'ignore' })
    const { pid = 0 } = child
    await once(child, 'spawn')
    const before = cpuTimeMs(pid) ?? Number.NaN
    await expect.poll(() => cpuTimeMs(pid)).toBeGreaterThan(before)
    const ended = once(child, 'exit')
    child.kill('SIGKILL')
    await ended
    expect(cpuTimeMs(pid)).toBeNull()
  },
)

test('the CPU time of a process that does not exist is unknown', () => {
  expect(cpuTimeMs(2 ** 30)).toBeNull()
})

const BUSY = 'for (let end = Date.now() + 300; Date.now() < end; );'

test.runIf(process.platform === 'linux')(
  'the CPU time of a tree includes children, running or ended',
  async () => {
    // A shell that waits for its first busy child, and then starts a second one.
    const node = `"${process.execPath}" -e`
    const child = spawn(
      'sh',
      ['-c', `${node} '${BUSY}'; ${node} '${BUSY} setInterval(() => {}, 1e5); console.log()'`],
      {
        detached: true,
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    )
    const pid = child.pid ?? 0
    onTestFinished(() => void process.kill(-pid, 'SIGKILL'))
    const before = cpuTimeOfTreeMs(pid)
    await once(child.stdout, 'data')
    const after = cpuTimeOfTreeMs(pid)
    expect(before).not.toBeNull()
    // On a busy machine, both get only part of a core.
    expect((after ?? 0) - (before ?? 0)).toBeGreaterThan(50)
  },
)

test('the CPU time of a tree that has ended is unknown', async () => {
  const child = spawn(process.execPath, ['-e', ''])
  await once(child, 'exit')
  expect(cpuTimeOfTreeMs(child.pid ?? 0)).toBeNull()
})
