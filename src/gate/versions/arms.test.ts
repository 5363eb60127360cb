import { existsSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, inject, test } from 'vitest'
import { forgetWorktrees, prepareArm, type Arm } from './arm.ts'
import { openRepository, resolveCommit } from './git.ts'
import { HARNESS, ProjectForTests } from '../testing/project-for-tests.ts'
import { runArm } from '../rounds/run-arm.ts'
import { runRound } from '../rounds/run-round.ts'
import { samenessOf } from './sameness.ts'
import { workingTree } from './version.ts'

const SCENARIOS = join(import.meta.dirname, '../testing/scenarios')

let project: ProjectForTests
let workspace: string
const never = new AbortController().signal

beforeEach(() => {
  project = new ProjectForTests()
  workspace = realpathSync(mkdtempSync(join(tmpdir(), 'gate-arms-')))
})

afterEach(() => {
  for (const folder of [project.folder, workspace]) rmSync(folder, { recursive: true, force: true })
})

async function armOf(name: Arm['name'], ref: string | null = null): Promise<Arm> {
  const repository = await openRepository(project.folder)
  const version =
    ref === null
      ? await workingTree(repository)
      : ({ kind: 'commit', ...(await resolveCommit(repository, ref, '--base')) } as const)
  return prepareArm({ name, version }, repository, workspace, HARNESS, never)
}

function task() {
  const scenarios = { folder: SCENARIOS, files: [join(SCENARIOS, 'send.load.ts')] }
  const backends = inject('backends')
  return {
    harness: HARNESS,
    backends,
    scenarios,
    durationMs: 200,
    timeoutMs: 60_000,
    folder: workspace,
  }
}

const MESSENGER =
  inject('backends').kind === 'memory'
    ? 'src/registry/memory/memory-messenger.ts'
    : 'src/registry/nats/nats-messenger.ts'

describe('a run of an arm', () => {
  test('loads the arm in each process that measures, and proves it', async () => {
    const marks = join(workspace, 'marks')
    const mark = `import { appendFileSync } from 'node:fs'
appendFileSync(${JSON.stringify(marks)}, process.argv[1] + '\\n')
`
    project.edit(MESSENGER, (text) => mark + text)
    const ended = await runArm(await armOf('head'), task(), never)
    expect(ended).toMatchObject({ kind: 'measured' })
    const programs = readFileSync(marks, 'utf8')
      .split('\n')
      .map((path) => basename(path))
    expect(programs).toContain('forks.js')
    if (inject('backends').kind !== 'memory') expect(programs).toContain('subscriber-process.ts')
  })

  test('of which one process escapes the redirection is no measurement', async () => {
    const arm = await armOf('head')
    const childless = `import { spawn } from 'node:child_process'
spawn(process.execPath, ['-e', '0'], { env: {}, stdio: 'ignore' })
`
    const path = join(arm.folder, 'src/registry/registry.ts')
    writeFileSync(path, childless + readFileSync(path, 'utf8'))
    expect(await runArm(arm, task(), never)).toMatchObject({
      kind: 'unproven',
      flaw: expect.stringContaining("didn't reach process"),
    })
  })
})

describe('a round', () => {
  test('with a version that lacks an export of the harness is not comparable', async () => {
    project.edit('src/registry/registry.ts', (text) => text.replace('export class', 'class'))
    const arms = { base: await armOf('base', 'HEAD'), head: await armOf('head') }
    const order: string[] = []
    const round = runRound(arms, task(), 1, never, (name) => order.push(name))
    await expect(round).rejects.toMatchObject({
      name: 'NotComparableError',
      message: expect.stringMatching(/registry of head doesn't fit .*MulticastRegistry/),
    })
    expect(order).toEqual(['head', 'base'])
  })
})

describe('an arm', () => {
  test('of a commit is that commit; of the working tree, a copy that edits leave alone', async () => {
    project.edit('src/registry/wake-up.ts', (text) => `${text}// changed\n`)
    const base = await armOf('base', 'HEAD')
    const head = await armOf('head')
    project.edit('src/registry/wake-up.ts', (text) => `${text}// later\n`)
    const read = ({ folder }: Arm) => readFileSync(join(folder, 'src/registry/wake-up.ts'), 'utf8')
    expect(read(base)).not.toContain('// changed')
    expect(read(head)).toMatch(/\/\/ changed\n$/)
    expect(head.version).toMatchObject({ kind: 'working-tree', isChanged: true })
    expect(samenessOf(base.folder, head.folder)).toEqual({
      isRegistrySame: false,
      arePackagesSame: true,
    })
  })

  test('is the same whatever its tests are', async () => {
    project.edit('src/registry/identity.test.ts', (text) => `${text}// changed\n`)
    const [base, head] = [await armOf('base', 'HEAD'), await armOf('head')]
    expect(samenessOf(base.folder, head.folder).isRegistrySame).toBe(true)
  })

  test('whose lockfile is equal has the packages of the harness, and else its own', async () => {
    expect(await armOf('base', 'HEAD')).toMatchObject({ packages: 'linked' })
    const bare = { name: 'bare', version: '1.0.0', lockfileVersion: 3, packages: {} }
    writeFileSync(join(project.folder, 'package.json'), '{"name":"bare","version":"1.0.0"}')
    writeFileSync(join(project.folder, 'package-lock.json'), JSON.stringify(bare))
    expect(await armOf('head')).toMatchObject({ packages: 'installed' })
  })

  test('whose packages npm refuses is broken, and shows what npm said', async () => {
    writeFileSync(join(project.folder, 'package-lock.json'), '{}')
    writeFileSync(join(project.folder, 'package.json'), '{')
    await expect(armOf('head')).rejects.toMatchObject({
      name: 'EnvironmentError',
      message: expect.stringMatching(/npm ci failed in .*\n.*npm/s),
    })
  })

  test('without a registry is not comparable', async () => {
    project.git('rm', '-r', '--quiet', 'src')
    project.commit('nothing')
    await expect(armOf('base', 'HEAD')).rejects.toMatchObject({ name: 'NotComparableError' })
  })

  test('leaves nothing in the repository', async () => {
    const { folder } = await armOf('base', 'HEAD')
    expect(project.git('worktree', 'list').split('\n')).toHaveLength(2)
    rmSync(folder, { recursive: true })
    await forgetWorktrees(await openRepository(project.folder))
    expect(project.git('worktree', 'list').split('\n')).toHaveLength(1)
    expect(existsSync(join(project.folder, '.git/worktrees'))).toBe(false)
  })
})
