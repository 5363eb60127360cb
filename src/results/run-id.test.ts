import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { readCommit } from './commit.ts'
import { runFileSchema } from './run-file.ts'
import { newRunId } from './run-id.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'run-id-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

function git(...args: readonly string[]): string {
  const identity = ['-c', 'user.name=Test', '-c', 'user.email=test@localhost']
  return execFileSync('git', [...identity, ...args], { cwd: folder, encoding: 'utf8' }).trim()
}

function makeRepository(): void {
  git('init', '--quiet', '--initial-branch=trunk')
  writeFileSync(join(folder, 'file'), '1')
  git('add', 'file')
  git('commit', '--quiet', '--message=first')
}

describe('readCommit', () => {
  test('gives the commit and its branch', async () => {
    makeRepository()
    const sha = git('rev-parse', 'HEAD')
    expect(await readCommit(folder)).toEqual({
      sha,
      short: sha.slice(0, 7),
      branch: 'trunk',
      isDirty: false,
    })
  })

  test.each(['file', 'untracked'])('a changed or new file (%s) makes it dirty', async (name) => {
    makeRepository()
    writeFileSync(join(folder, name), '2')
    expect(await readCommit(folder)).toMatchObject({ isDirty: true })
  })

  test('has no branch where none is checked out', async () => {
    makeRepository()
    git('checkout', '--quiet', '--detach')
    expect(await readCommit(folder)).toMatchObject({ branch: null })
  })

  test('is null before the first commit, outside of a repository, and of no folder', async () => {
    expect(await readCommit(folder)).toBeNull()
    git('init', '--quiet')
    expect(await readCommit(folder)).toBeNull()
    expect(await readCommit(join(folder, 'missing'))).toBeNull()
  })
})

describe('newRunId', () => {
  const startedAt = new Date('2026-01-02T03:04:05.678Z')
  const commit = { sha: '0a1b2c3d'.repeat(5), short: '0a1b2c3', branch: 'trunk', isDirty: false }

  test.each([
    [commit, '20260102T030405Z-0a1b2c3'],
    [{ ...commit, isDirty: true }, '20260102T030405Z-0a1b2c3-dirty'],
    [null, '20260102T030405Z-nogit'],
  ])('%j → %s', (of, id) => {
    expect(newRunId(folder, startedAt, of)).toBe(id)
  })

  test('never names a run that is there already, and always one that the schema takes', () => {
    const ids = Array.from({ length: 4 }, () => {
      const id = newRunId(folder, startedAt, commit)
      writeFileSync(join(folder, `${id}.json`), '')
      return id
    })
    const first = '20260102T030405Z-0a1b2c3'
    expect(ids).toEqual([first, `${first}.2`, `${first}.3`, `${first}.4`])
    for (const id of ids) expect(runFileSchema.shape.runId.parse(id)).toBe(id)
  })
})
