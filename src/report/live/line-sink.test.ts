import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { EventStream } from './event-stream.ts'
import { openSink } from './line-sink.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'line-sink-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

test('replaces a file, and every line is in it at once', async () => {
  const path = join(folder, 'run.ndjson')
  writeFileSync(path, 'an earlier run\n'.repeat(100))
  const sink = openSink(path)
  expect(readFileSync(path, 'utf8')).toBe('')
  sink.write('a\n')
  sink.write('b\n')
  expect(readFileSync(path, 'utf8')).toBe('a\nb\n')
  await sink.close()
  expect(sink.problem).toBeNull()
})

describe('refuses, before anything is measured,', () => {
  test('a folder', () => {
    expect(() => EventStream.open(folder)).toThrow(/^--stream: .* is a folder\. Name a file/)
  })

  test('a file in a folder that does not exist', () => {
    const path = join(folder, 'none', 'run.ndjson')
    expect(() => EventStream.open(path)).toThrow(/^--stream: .*run\.ndjson: ENOENT: .*Name a file/)
  })
})

describe.runIf(process.platform === 'linux')('on Linux,', () => {
  test('a full disk is a problem, not an error', async () => {
    const sink = openSink('/dev/full')
    expect(sink.write('a\n')).toBe(true)
    expect(sink.write('b\n')).toBe(true)
    expect(sink.problem).toMatch(/ENOSPC/)
    await sink.close()
  })

  test('a named pipe without a reader is refused, and one with a reader gets everything', async () => {
    const path = join(folder, 'pipe')
    execFileSync('mkfifo', [path])
    expect(existsSync(path)).toBe(true)
    expect(() => EventStream.open(path)).toThrow(/nobody reads it/)
    const reader = open(path, 'r')
    // Opening waits for the other end, in another thread.
    const sink = await untilOpen(path)
    const long = `${'x'.repeat(200_000)}\n`
    sink.write(long)
    const file = await reader
    const [text] = await Promise.all([file.readFile('utf8'), sink.close()])
    expect(text).toBe(long)
    await file.close()
  })
})

async function untilOpen(path: string): Promise<ReturnType<typeof openSink>> {
  for (;;) {
    try {
      return openSink(path)
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
  }
}
