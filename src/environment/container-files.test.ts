import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { archiveOf, containerConfiguration } from './container-files.ts'

test.for(['', 'one line\n', 'x'.repeat(512), 'é'.repeat(700)])(
  'tar reads an archive of one file: %#',
  (content) => {
    const input = archiveOf('server.conf', content)
    expect(execFileSync('tar', ['-t'], { input, encoding: 'utf8' })).toBe('server.conf\n')
    expect(execFileSync('tar', ['-x', '-O'], { input, encoding: 'utf8' })).toBe(content)
  },
)

test('lost data is in files that the next start does not read', () => {
  for (const server of ['redis', 'nats'] as const) {
    const [first, second] = [1, 2].map((generation) =>
      containerConfiguration(server, { isPersistent: true, generation }),
    )
    expect(first).not.toBe(second)
  }
  expect(containerConfiguration('redis', { isPersistent: false, generation: 1 })).toContain(
    'appendonly no',
  )
})
