import { readFileSync, realpathSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { basename, join } from 'node:path'
import { describe, expect, inject, onTestFinished, test } from 'vitest'
import { versionForTests, temporaryFolder } from '../testing/measured-versions.ts'
import { HARNESS, ProjectForTests } from '../testing/project.ts'
import { SmallProject } from '../testing/small-project.ts'
import { orderOf, runRound } from './run-round.ts'

const backends = inject('backends')

/** A round of a project's last commit and its working tree. */
async function roundOf(
  project: ProjectForTests | SmallProject,
  { subject, harness }: { readonly subject: string; readonly harness: string },
  files: readonly string[] = [project.scenarioFile],
) {
  const workspace = temporaryFolder()
  const plan = { harness, subject: [subject], files }
  const versions = {
    baseline: await versionForTests(
      { name: 'baseline', ref: 'HEAD', workspace },
      project.folder,
      plan,
    ),
    candidate: await versionForTests(
      { name: 'candidate', ref: null, workspace },
      project.folder,
      plan,
    ),
  }
  const task = {
    project: project.folder,
    backends,
    scenarios: { folder: project.scenarioFolder, files },
    durationMs: 200,
    timeoutMs: 60_000,
    folder: workspace,
    follower: null,
  }
  const told: string[] = []
  const round = await runRound(versions, task, 1, new AbortController().signal, {
    onVersion: (name) => told.push(`${name} begins`),
    onRun: (name, { scenarios }) => told.push(`${name}: ${scenarios[0]?.file}`),
  })
  return { round, told, versions }
}

function disposable<P extends ProjectForTests | SmallProject>(project: P): P {
  onTestFinished(() => rmSync(project.folder, { recursive: true, force: true }))
  return project
}

test('versions alternate in being first', () => {
  const orders = [0, 1, 2, 3].map((round) => orderOf(round).join(' '))
  expect(orders).toEqual([
    'baseline candidate',
    'candidate baseline',
    'baseline candidate',
    'candidate baseline',
  ])
})

test("each version's processes load its own registry and shared packages", async () => {
  const project = disposable(new ProjectForTests())
  const marks = join(temporaryFolder(), 'marks')
  const messenger =
    backends.kind === 'memory' ? 'memory/memory-messenger.ts' : 'nats/nats-messenger.ts'
  const mark = (name: string) => (text: string) =>
    `import { appendFileSync } from 'node:fs'
appendFileSync(${JSON.stringify(marks)}, '${name} ' + process.argv[1] + '\\n')
${text}`
  project.edit(`src/registry/${messenger}`, mark('baseline'))
  project.commit('marked')
  project.edit(`src/registry/${messenger}`, (text) => text.replace("'baseline '", "'candidate '"))

  const { round, told, versions } = await roundOf(project, {
    subject: 'src/registry',
    harness: project.folder,
  })
  const file = 'src/gate/testing/scenarios/send.load.ts'
  expect(told).toEqual([
    'candidate begins',
    `candidate: ${file}`,
    'baseline begins',
    `baseline: ${file}`,
  ])
  const entry = { state: 'measured', name: project.scenario, file }
  expect(round).toMatchObject({ baseline: [entry], candidate: [entry] })
  const subscribers = backends.kind === 'memory' ? [] : ['subscriber-process.ts']
  const programs = ['forks.js', ...subscribers]
  const loaded = readFileSync(marks, 'utf8')
    .trim()
    .split('\n')
    .map((line) => line.split(' '))
  expect(loaded.map(([name, program = '']) => `${name} ${basename(program)}`)).toEqual(
    ['candidate', 'baseline'].flatMap((name) => programs.map((program) => `${name} ${program}`)),
  )

  expect(versions.baseline.imported).toContain('src/nearest-name.ts')
  const [baseline, candidate] = [versions.baseline, versions.candidate].map(({ folder }) =>
    join(folder, 'src/registry/registry.ts'),
  )
  const registryOf = async (path = '') => (await import(path)).MulticastRegistry
  expect(await registryOf(baseline)).not.toBe(await registryOf(candidate))
  const packageOf = (path = '') => realpathSync(createRequire(path).resolve('ioredis'))
  expect(packageOf(baseline)).toBe(packageOf(candidate))
})

describe("another project's round", () => {
  const SUBJECT = { subject: 'src/queue', harness: HARNESS }

  test("measures its own code with this checkout's harness, and a killed process is a lost scenario", async () => {
    const project = disposable(new SmallProject())
    const [queue, stack] = ['src/queue/queue.ts', 'src/queue/stack.ts']
    const secondFile = join(project.scenarioFolder, 'stack.load.ts')
    project.write(stack, readFileSync(join(project.folder, queue), 'utf8'))
    const scenario = readFileSync(project.scenarioFile, 'utf8')
    project.write('load/stack.load.ts', scenario.replaceAll(/queue(?=\.ts|', async)/g, 'stack'))
    project.commit('a second scenario')
    const push = 'return k % SIZE'
    project.edit(queue, (text) => text.replace(push, 'throw new Error(`no ${k} of ${SIZE}`)'))
    // By then, the runner has heard that the test began.
    project.edit(stack, (text) =>
      text.replace(
        push,
        `if (k === 100) {
    await new Promise((resolve) => setTimeout(resolve, 2_000))
    process.kill(process.pid, 'SIGKILL')
  }
  return k`,
      ),
    )

    const { round, told } = await roundOf(project, SUBJECT, [project.scenarioFile, secondFile])
    expect(told).toContain('baseline: load/queue.load.ts')
    expect(round?.baseline).toMatchObject([
      { name: 'queue', state: 'measured', result: { operations: [{ counts: { ok: 200 } }] } },
      { name: 'stack', state: 'measured' },
    ])
    expect(round?.candidate).toMatchObject([
      {
        name: 'queue',
        state: 'measured',
        result: { operations: [{ counts: { ok: 0, failed: 200 } }] },
      },
      { name: 'stack', state: 'lost' },
    ])
  })

  test("fails with the output if the candidate can't be parsed", async () => {
    const project = disposable(new SmallProject())
    project.edit('src/queue/queue.ts', (text) => text.replace('return', 'return return'))
    await expect(roundOf(project, SUBJECT)).rejects.toMatchObject({
      name: 'EnvironmentError',
      message: expect.stringMatching(
        /^The candidate can't be started: .*queue\.load\.ts.*SyntaxError/s,
      ),
    })
  })
})
