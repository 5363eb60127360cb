import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { gitEnvironment, readCommit } from './provenance/git.ts'
import { runFileSchema } from './run-file.ts'
import { numberedRunId, runIdOf } from './run-id.ts'

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
  test('returns the commit and its branch', async () => {
    makeRepository()
    const sha = git('rev-parse', 'HEAD')
    expect(await readCommit(folder)).toEqual({
      sha,
      short: sha.slice(0, 7),
      branch: 'trunk',
      isDirty: false,
    })
  })

  test.each(['file', 'untracked'])('calls the work tree dirty after a change: %s', async (name) => {
    makeRepository()
    writeFileSync(join(folder, name), '2')
    expect(await readCommit(folder)).toMatchObject({ isDirty: true })
  })

  test('returns no branch if none is checked out', async () => {
    makeRepository()
    git('checkout', '--quiet', '--detach')
    expect(await readCommit(folder)).toMatchObject({ branch: null })
  })

  test('returns null before the first commit, outside a repository and for a missing folder', async () => {
    expect(await readCommit(folder)).toBeNull()
    git('init', '--quiet')
    expect(await readCommit(folder)).toBeNull()
    expect(await readCommit(join(folder, 'missing'))).toBeNull()
  })
})

describe('under git hooks and foreign settings of git', () => {
  test('the folder decides the commit, whatever the environment says', async () => {
    makeRepository()
    const sha = git('rev-parse', 'HEAD')
    const other = mkdtempSync(join(tmpdir(), 'other-'))
    onTestFinished(() => rmSync(other, { recursive: true }))
    execFileSync('git', ['init', '--quiet', other])
    const foreign = {
      GIT_DIR: join(other, '.git'),
      GIT_WORK_TREE: other,
      GIT_INDEX_FILE: join(other, 'index'),
      GIT_OBJECT_DIRECTORY: join(other, 'objects'),
      GIT_COMMON_DIR: join(other, '.git'),
      GIT_CEILING_DIRECTORIES: folder,
      GIT_NAMESPACE: 'other',
      GIT_CONFIG_PARAMETERS: "'core.worktree'='/'",
    }
    for (const [name, value] of Object.entries(foreign)) vi.stubEnv(name, value)
    onTestFinished(() => void vi.unstubAllEnvs())
    expect(await readCommit(folder)).toMatchObject({ sha, branch: 'trunk', isDirty: false })
  })

  test('no variable local to a repository is passed on, known or not', () => {
    const local = git('rev-parse', '--local-env-vars').split('\n')
    expect(local.length).toBeGreaterThan(5)
    const env = Object.fromEntries([...local, 'GIT_SOME_DAY', 'Path'].map((name) => [name, 'x']))
    expect(gitEnvironment(env)).toEqual({ Path: 'x', GIT_OPTIONAL_LOCKS: '0' })
  })

  test("a hook of another repository reads the commit of this one, and ignores the hook's index", async () => {
    makeRepository()
    const sha = git('rev-parse', 'HEAD')
    const other = mkdtempSync(join(tmpdir(), 'hooked-'))
    onTestFinished(() => rmSync(other, { recursive: true }))
    const inOther = (...args: readonly string[]): string =>
      execFileSync('git', ['-c', 'user.name=Test', '-c', 'user.email=test@localhost', ...args], {
        cwd: other,
        encoding: 'utf8',
      })
    inOther('init', '--quiet')
    const program = `import { readCommit } from ${JSON.stringify(import.meta.resolve('./provenance/git.ts'))}
      import { writeFileSync } from 'node:fs'
      writeFileSync(${JSON.stringify(join(other, 'seen'))}, JSON.stringify(await readCommit(${JSON.stringify(folder)})))`
    writeFileSync(join(other, 'program.mjs'), program)
    const hook = `#!/bin/sh\nenv | grep -q '^GIT_INDEX_FILE=' && exec '${process.execPath}' '${join(other, 'program.mjs')}'\n`
    writeFileSync(join(other, '.git', 'hooks', 'pre-commit'), hook, { mode: 0o755 })
    inOther('add', 'program.mjs')
    inOther('commit', '--quiet', '--message=first', '--', 'program.mjs')
    const seen: unknown = JSON.parse(readFileSync(join(other, 'seen'), 'utf8'))
    expect(seen).toMatchObject({ sha, isDirty: false })
  })
})

describe('runIdOf', () => {
  const startedAt = new Date('2026-01-02T03:04:05.678Z')
  const commit = { sha: '0a1b2c3d'.repeat(5), short: '0a1b2c3', branch: 'trunk', isDirty: false }

  test.each([
    [commit, '20260102T030405Z-0a1b2c3'],
    [{ ...commit, isDirty: true }, '20260102T030405Z-0a1b2c3-dirty'],
    [null, '20260102T030405Z-nogit'],
  ])('%j → %s', (of, id) => {
    expect(runIdOf(startedAt, of)).toBe(id)
  })

  test('a numbered run ID is valid in the schema', () => {
    const id = runIdOf(startedAt, commit)
    expect([1, 2, 10].map((n) => numberedRunId(id, n))).toEqual([id, `${id}.2`, `${id}.10`])
    expect(runFileSchema.shape.runId.parse(`${id}.10`)).toBe(`${id}.10`)
  })
})
