import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { runOf, scenarioOf } from '../testing/run-fixture.ts'
import { findRun, latestRun, runPathsIn } from './find-run.ts'
import type { RunFile } from '../run-file.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'find-run-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const [first, second, third] = [
  '20260102T030405Z-0a1b2c3',
  '20260102T030405Z-0a1b2c3.2',
  '20260103T030405Z-1b2c3d4',
]

function write(runId: string, change: Partial<RunFile> = {}): void {
  const run = runOf([scenarioOf('mixed')], { runId, ...change })
  writeFileSync(join(folder, `${runId}.json`), JSON.stringify(run))
}

describe('a run', () => {
  beforeEach(() => [first, second, third].forEach((runId) => write(runId)))

  test('is found by path, ID, or a unique start of its ID', () => {
    expect(findRun('a/b.json', folder)).toBe('a/b.json')
    expect(findRun(first, folder)).toBe(join(folder, `${first}.json`))
    expect(findRun('20260103', folder)).toBe(join(folder, `${third}.json`))
  })

  test('refuses an unknown or ambiguous run and lists the candidates', () => {
    expect(() => findRun('2027', folder)).toThrow(
      /"2027": no run in .* begins with that\. It has 20260103/,
    )
    expect(() => findRun('20260102', folder)).toThrow(
      /2 runs in .*c3\.2, 20260102.*Write more of it/,
    )
    expect(() => findRun('', folder)).toThrow(/no run/)
    expect(() => findRun('2026', join(folder, 'none'))).toThrow(/It holds no runs/)
  })

  test('is listed, newest first, without other files', () => {
    const others = ['schema.json', 'stream.schema.json', '.x.json', `${third}.traces.json`]
    for (const name of [...others, 'history.csv']) {
      writeFileSync(join(folder, name), '')
    }
    const ids = runPathsIn(folder).map((path) => path.slice(folder.length + 1, -5))
    expect(ids).toEqual([third, second, first])
  })
})

test('the latest run is complete, not a shard, not empty, readable and not the baseline', async () => {
  write('20260101T000000Z-0a1b2c3')
  write('20260102T000000Z-0a1b2c3')
  const shards = { startAt: '2026-01-02T03:04:05Z', namespace: 'x' }
  write('20260103T000000Z-0a1b2c3', { generators: { kind: 'shard', shard: 1, of: 2, ...shards } })
  write('20260104T000000Z-0a1b2c3', { status: 'interrupted' })
  write('20260105T000000Z-0a1b2c3', { scenarios: [] })
  writeFileSync(join(folder, '20260106T000000Z-0a1b2c3.json'), '{')
  const latest = async (except: string) => (await latestRun(folder, except)).run.runId
  expect(await latest('none')).toBe('20260102T000000Z-0a1b2c3')
  expect(await latest('20260102T000000Z-0a1b2c3')).toBe('20260101T000000Z-0a1b2c3')
  rmSync(join(folder, '20260101T000000Z-0a1b2c3.json'))
  await expect(latest('20260102T000000Z-0a1b2c3')).rejects.toThrow(/no other complete run/)
})
