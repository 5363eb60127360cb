import { execFileSync } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { versionForTests, temporaryFolder } from '../testing/measured-versions.ts'
import { HARNESS } from '../testing/project.ts'
import { NO_PACKAGES, SmallProject } from '../testing/small-project.ts'
import type { PreparedVersion, VersionPlan } from './prepare-version.ts'
import { isEqual, samenessOf } from './sameness.ts'

let project: SmallProject
let workspace: string

beforeEach(() => {
  project = new SmallProject()
  workspace = temporaryFolder()
})

afterEach(() => rmSync(project.folder, { recursive: true, force: true }))

function prepare(
  name: PreparedVersion['name'],
  ref: string | null,
  plan: Partial<VersionPlan> = {},
): Promise<PreparedVersion> {
  return versionForTests({ name, ref, workspace }, project.folder, {
    harness: HARNESS,
    subject: ['src/queue'],
    files: [project.scenarioFile],
    ...plan,
  })
}

const read = ({ folder }: PreparedVersion, path: string) => readFileSync(join(folder, path), 'utf8')

const CHANGED = 'src/queue/queue.ts'
const change = (text: string) => `${text}// changed\n`

describe('a prepared version', () => {
  test("of a commit has its own subject, and the working tree's other files", async () => {
    project.edit(CHANGED, change)
    project.edit('src/other.ts', change)
    project.write('src/queue/added.ts', '')
    project.write('load/mine.load.ts', '')
    const [baseline, candidate] = [
      await prepare('baseline', 'HEAD'),
      await prepare('candidate', null),
    ]
    expect(read(candidate, CHANGED)).toMatch(/\/\/ changed\n$/)
    expect(read(baseline, CHANGED)).not.toContain('// changed')
    expect(existsSync(join(candidate.folder, 'src/queue/added.ts'))).toBe(true)
    expect(existsSync(join(baseline.folder, 'src/queue/added.ts'))).toBe(false)
    for (const either of [baseline, candidate]) {
      expect(read(either, 'src/other.ts')).toMatch(/\/\/ changed\n$/)
      expect(read(either, 'load/mine.load.ts')).toBe('')
    }
    expect(candidate.version).toMatchObject({ kind: 'working-tree', isChanged: true })
  })

  test('is a copy unaffected by later edits, even between the two preparations', async () => {
    const baseline = await prepare('baseline', 'HEAD')
    project.edit('src/other.ts', change)
    project.edit(CHANGED, change)
    const candidate = await prepare('candidate', null)
    for (const path of ['src/other.ts', CHANGED]) {
      expect(read(baseline, path)).not.toContain('// changed')
      expect(read(candidate, path)).not.toContain('// changed')
    }
  })

  test('has its own version of files that its subject imports from outside', async () => {
    project.edit('src/ring.ts', change)
    project.edit('src/testing.ts', change)
    const baseline = await prepare('baseline', 'HEAD')
    expect(baseline.imported).toEqual(['src/ring.ts'])
    expect(read(baseline, 'src/ring.ts')).not.toContain('// changed')
    // Only tests of the subject import it.
    expect(read(baseline, 'src/testing.ts')).toContain('// changed')
  })

  test('omits files that git ignores', async () => {
    project.write('ignored/a', '')
    const candidate = await prepare('candidate', null)
    for (const path of ['ignored', '.git']) {
      expect(existsSync(join(candidate.folder, path))).toBe(false)
    }
  })

  test('can be imported beside the other one as separate modules', async () => {
    const [baseline, candidate] = [
      await prepare('baseline', 'HEAD'),
      await prepare('candidate', null),
    ]
    const path = 'src/queue/queue.ts'
    const [a, b] = [
      await import(join(baseline.folder, path)),
      await import(join(candidate.folder, path)),
    ]
    expect(a.push).toBeTypeOf('function')
    expect(a.push).not.toBe(b.push)
  })

  test("of a project in a subfolder has the repository's other folders", async () => {
    project.write('packages/app/src/q.ts', "import '../../shared/s.ts'\n")
    project.write('packages/app/load/q.load.ts', "import '../src/q.ts'\n")
    project.write('packages/shared/s.ts', '')
    project.commit('workspaces')
    project.edit('packages/shared/s.ts', change)
    const folder = join(project.folder, 'packages/app')
    const files = [join(folder, 'load/q.load.ts')]
    const plan = { harness: HARNESS, subject: ['src'], files }
    const baseline = await versionForTests(
      { name: 'baseline', ref: 'HEAD', workspace },
      folder,
      plan,
    )
    expect(baseline).toMatchObject({ imported: ['../shared/s.ts'], lockfile: NO_PACKAGES })
    expect(read(baseline, '../shared/s.ts')).toBe('')
  })

  test('leaves nothing in the repository', async () => {
    await prepare('baseline', 'HEAD')
    expect(project.git('worktree', 'list').split('\n')).toHaveLength(1)
    expect(project.git('status', '--porcelain')).toBe('')
  })
})

describe('packages of a version', () => {
  beforeEach(() => project.write('.gitignore', 'node_modules\n'))

  const packagesOf = (folder: string) => realpathSync(join(folder, 'node_modules'))

  test('are linked in each folder that has some if its lockfile is equal', async () => {
    for (const path of ['node_modules/a.js', 'src/queue/node_modules/b.js']) project.write(path, '')
    const baseline = await prepare('baseline', 'HEAD')
    expect(baseline.packages).toBe('linked')
    for (const path of ['', 'src/queue']) {
      expect(packagesOf(join(baseline.folder, path))).toBe(packagesOf(join(project.folder, path)))
    }
  })

  test('are otherwise installed from its own lockfile, for its subject only', async () => {
    project.write('node_modules/a.js', '')
    project.write('package-lock.json', NO_PACKAGES.replaceAll('1.0.0', '1.0.1'))
    const baseline = await prepare('baseline', 'HEAD')
    expect(baseline).toMatchObject({ packages: 'installed', lockfile: NO_PACKAGES })
    const link = join(baseline.folder, 'src/queue/node_modules')
    expect(readlinkSync(link)).toBe(join(workspace, 'baseline-version/node_modules'))
    expect(packagesOf(baseline.folder)).toBe(packagesOf(project.folder))
  })

  test('are never written into a folder that the version links', async () => {
    project.write('.gitignore', '')
    const elsewhere = temporaryFolder()
    writeFileSync(join(elsewhere, 'mine'), '')
    symlinkSync(elsewhere, join(project.folder, 'node_modules'))
    project.commit('linked')
    project.write('package-lock.json', NO_PACKAGES.replaceAll('1.0.0', '1.0.1'))
    expect(await prepare('baseline', 'HEAD')).toMatchObject({ packages: 'installed' })
    expect(readdirSync(elsewhere)).toEqual(['mine'])
  })

  test("that npm refuses are an error with npm's output", async () => {
    project.write('package-lock.json', '{}')
    project.write('package.json', '{')
    project.commit('broken')
    project.write('package-lock.json', NO_PACKAGES)
    await expect(prepare('baseline', 'HEAD')).rejects.toMatchObject({
      name: 'EnvironmentError',
      message: expect.stringMatching(/npm ci failed in .*\n.*npm/s),
    })
  })

  test('packages of other package managers are linked if equal, but never installed', async () => {
    project.git('rm', '--quiet', 'package-lock.json')
    project.write('yarn.lock', 'one')
    project.commit('yarn')
    expect(await prepare('baseline', 'HEAD')).toMatchObject({ packages: 'linked', lockfile: null })
    rmSync(workspace, { recursive: true })
    mkdirSync(workspace)
    project.write('yarn.lock', 'another')
    await expect(prepare('baseline', 'HEAD')).rejects.toMatchObject({ name: 'EnvironmentError' })
  })
})

describe('a subject', () => {
  test.each(['', '.', '..', '../x', 'src/../..', '/etc', 'src/../'])(
    '%j is not valid',
    async (path) => {
      await expect(prepare('candidate', null, { subject: [path] })).rejects.toMatchObject({
        name: 'InputError',
        message: expect.stringMatching(/^--subject: ".*" is not a path below the project's folder/),
      })
    },
  )

  test('refuses a subject that a version lacks, and names the version', async () => {
    project.write('src/new.ts', '')
    await expect(prepare('baseline', 'HEAD', { subject: ['src/new.ts'] })).rejects.toMatchObject({
      name: 'InputError',
      message: expect.stringMatching(/^--subject: baseline, [0-9a-z ().]+, has no src\/new\.ts\./i),
    })
  })

  test('refuses a subject that no scenario imports, because both measurements would be alike', async () => {
    await expect(prepare('candidate', null, { subject: ['src/testing.ts'] })).rejects.toMatchObject(
      {
        name: 'InputError',
        message: expect.stringMatching(/^--subject: no scenario imports src\/testing\.ts/),
      },
    )
  })

  test('behind a symbolic link, or with a link to somewhere else, is refused', async () => {
    symlinkSync('queue', join(project.folder, 'src/link'))
    await expect(prepare('candidate', null, { subject: ['src/link'] })).rejects.toThrow(
      /by a symbolic link/,
    )
    rmSync(join(project.folder, 'src/link'))
    rmSync(workspace, { recursive: true })
    mkdirSync(workspace)
    symlinkSync('../ring.ts', join(project.folder, 'src/queue/linked.ts'))
    await expect(prepare('candidate', null)).rejects.toThrow(/linked.ts is a symbolic link out of/)
  })

  test('refuses a subject behind a link of the working tree, and changes nothing', async () => {
    const elsewhere = temporaryFolder()
    renameSync(join(project.folder, 'src'), join(elsewhere, 'src'))
    symlinkSync(join(elsewhere, 'src'), join(project.folder, 'src'))
    await expect(prepare('baseline', 'HEAD')).rejects.toMatchObject({ name: 'InputError' })
    expect(existsSync(join(elsewhere, 'src/queue/queue.ts'))).toBe(true)
  })

  test('measured by a scenario outside of the repository is refused', async () => {
    const outside = join(temporaryFolder(), 'a.load.ts')
    writeFileSync(outside, '')
    await expect(prepare('candidate', null, { files: [outside] })).rejects.toMatchObject({
      name: 'InputError',
      message: expect.stringContaining('is not among the files of'),
    })
  })
})

describe('versions', () => {
  async function compare(ref = 'HEAD') {
    const [baseline, candidate] = [await prepare('baseline', ref), await prepare('candidate', null)]
    return samenessOf(baseline, candidate)
  }

  test('are equal if they differ only in code that never runs', async () => {
    project.edit('src/queue/queue.test.ts', change)
    project.write('src/queue/queue.contract.ts', '')
    project.write('src/queue/notes.md', '')
    project.edit('src/other.ts', change)
    const sameness = await compare()
    expect(sameness).toEqual({ isSubjectSame: true, arePackagesSame: true, isNodeSame: true })
    expect(isEqual(sameness)).toBe(true)
  })

  test.each<[string, () => void]>([
    ['a changed file', () => project.edit(CHANGED, change)],
    ['an untracked file', () => project.write('src/queue/added.ts', '')],
    ['a removed file', () => rmSync(join(project.folder, 'src/queue/unused.ts'))],
    ['a file that the subject imports from outside', () => project.edit('src/ring.ts', change)],
    ['a link', () => symlinkSync('queue.ts', join(project.folder, 'src/queue/link.ts'))],
  ])('are not equal if they differ in %s', async (_, edit) => {
    edit()
    const sameness = await compare()
    expect(sameness).toMatchObject({ isSubjectSame: false, arePackagesSame: true })
    expect(isEqual(sameness)).toBe(false)
  })

  test('without lockfiles are not known to be equal', async () => {
    project.git('rm', '--quiet', 'package-lock.json')
    project.commit('no lockfile')
    expect(await compare()).toMatchObject({ isSubjectSame: true, arePackagesSame: false })
  })

  test.each([
    [{ tool: '1.0.0' }, false],
    [{}, true],
  ])(
    'with a linked folder and dependencies %j: packages are equal is %s',
    async (dependencies, equal) => {
      const packages = {
        '': { dependencies },
        'node_modules/tool': { resolved: 'tool', link: true },
        tool: { version: '1.0.0' },
      }
      project.write('package-lock.json', JSON.stringify({ packages }))
      project.commit('a workspace')
      expect(await compare()).toMatchObject({ arePackagesSame: equal })
    },
  )

  test('are compared despite circular links and pipes in the subject', async () => {
    symlinkSync('.', join(project.folder, 'src/queue/circle'))
    project.commit('a circle')
    execFileSync('mkfifo', [join(project.folder, 'src/queue/pipe.ts')])
    expect(isEqual(await compare())).toBe(true)
  })
})
