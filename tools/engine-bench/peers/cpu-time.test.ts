import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect, onTestFinished, test } from 'vitest'
import { cpuTimeOfTreeMs } from './cpu-time.ts'

const BUSY = 'for (let end = Date.now() + 300; Date.now() < end; );'

test.runIf(process.platform === 'linux')(
  'the CPU time of children counts, running or ended',
  async () => {
    // A shell whose first child is busy, has ended and was waited for, and whose second is busy then.
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
    // On a busy machine, both get less of a core than they would like to.
    expect((after ?? 0) - (before ?? 0)).toBeGreaterThan(50)
  },
)

test('a process that has ended has none', async () => {
  const child = spawn(process.execPath, ['-e', ''])
  await once(child, 'exit')
  expect(cpuTimeOfTreeMs(child.pid ?? 0)).toBeNull()
})
