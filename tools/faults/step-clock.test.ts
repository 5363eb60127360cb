import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'step-clock-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

test('moves the wall clock of a process, and nothing else', () => {
  const path = join(folder, 'clock')
  writeFileSync(path, '3600000')
  const program = `console.log(JSON.stringify({
    now: Date.now(), object: new Date().getTime(), given: new Date(5).getTime(), isDate: new Date() instanceof Date,
    steady: performance.timeOrigin + performance.now(),
  }))`
  const preload = join(import.meta.dirname, 'step-clock.mjs')
  const { stdout } = spawnSync(process.execPath, [`--import=${preload}`, '-e', program], {
    env: { ...process.env, FAULTS_CLOCK: path },
    encoding: 'utf8',
  })
  const seen = JSON.parse(stdout) as Record<string, number>
  const aheadMs = (time = 0): number => Math.round((time - (seen['steady'] ?? 0)) / 60_000)
  expect([aheadMs(seen['now']), aheadMs(seen['object'])]).toEqual([60, 60])
  expect(seen).toMatchObject({ given: 5, isDate: true })
})
