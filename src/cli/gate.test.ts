import { spawn, type ChildProcess } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  expect,
  inject,
  onTestFinished,
  test,
} from 'vitest'
import type { GateReport } from '../gate/report/gate-report.ts'
import { ProjectForTests } from '../gate/testing/project.ts'
import { startOtlpReceiver, valuesOf } from '../report/telemetry/testing/otlp-receiver.ts'
import { readRunFile } from '../run-file/read/read-run-file.ts'
import { ended, runFilesIn } from './testing/command.ts'
import { refusalOf } from './testing/refusal.ts'

const backends = inject('backends')
const SERVERS: Readonly<Record<string, string>> =
  backends.kind === 'memory'
    ? { BENCH_BACKEND: 'memory' }
    : {
        BENCH_BACKEND: 'external',
        REDIS_URL: backends.redisUrl,
        NATS_URL: backends.natsUrls.join(','),
      }

let project: ProjectForTests
let folder: string

beforeAll(() => {
  project = new ProjectForTests()
}, 60_000)

afterAll(() => rmSync(project.folder, { recursive: true, force: true }))

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gate-cli-'))
  mkdirSync(join(folder, 'tmp'))
})

afterEach(() => {
  project.git('checkout', '--quiet', '--', '.')
  rmSync(folder, { recursive: true, force: true })
})

/** Temporary files of the test's, and the scenario for tests. */
const settings = (): Record<string, string> => ({
  ...SERVERS,
  BENCH_SCENARIOS: project.scenarioFolder,
  BENCH_RESULTS: join(folder, 'results'),
  GITHUB_STEP_SUMMARY: '',
  TMPDIR: join(folder, 'tmp'),
  VITEST: '',
})

/** The project's own gate. */
function start(args: readonly string[], env: Readonly<Record<string, string>> = {}): ChildProcess {
  return spawn(process.execPath, [join(project.folder, 'src/cli/start.mjs'), 'gate', ...args], {
    cwd: project.folder,
    env: { ...process.env, ...settings(), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}

const ROUNDS = ['--stages', 'rounds']
/** The timeout of tests that start many processes, one after the other. */
const LONG = { timeout: 180_000 }

const SEND = ['--base', 'HEAD', '--scenarios', 'send', '--duration', '200ms']

async function expectNothingLeft(): Promise<void> {
  const temporary = readdirSync(join(folder, 'tmp'))
  expect(temporary.filter((name) => name.startsWith('prism-gate-'))).toEqual([])
  expect(project.git('worktree', 'list').split('\n')).toHaveLength(1)
  expect(project.git('status', '--porcelain')).toBe('')
  if (backends.kind === 'memory') return
  const redis = new Redis(backends.redisUrl)
  const keys = await redis.keys(`${project.namespaces}*`)
  redis.disconnect()
  expect(keys).toEqual([])
}

test.each([
  [[], /^Name a baseline, such as --base origin\/main\. See --help\.\n$/],
  [['--base', 'nosuch'], /^--base: git knows no commit "nosuch"\..*\n$/],
  [['--base', '--help'], /^--base: git knows no commit "--help"\..*\n$/],
  [['--base', 'HEAD', '--head', 'HEAD:src'], /^--head: git knows no commit "HEAD:src"\..*\n$/],
  [
    ['--base', 'HEAD', '--scenarios', 'x'],
    /^--scenarios: no scenario has "x".*Choose from send\.\n$/,
  ],
  [['--base', 'HEAD', '--results', ''], /^--results: is empty.*\n$/],
  [['--base', 'HEAD', '--metrics', 'p42'], /^--metrics: "p42" is not a metric; known: p50.*\n$/],
  [['--base', 'HEAD', '--effect', '0%'], /^--effect: "0%" must be above 0.*\n$/],
  [['--base', 'HEAD', '--budget', '5'], /^--budget: "5" is not a duration.*\n$/],
  [
    ['--base', 'HEAD', '--budget', '1s', '--duration', '1s'],
    /^--budget: no decision is possible.*\n$/,
  ],
  [
    ['--base', 'HEAD', '--stages', 'pears'],
    /^--stages: "pears" is not one of counts, pairs, .*\n$/,
  ],
  [['--base', 'HEAD', '--subject', '../x'], /^--subject: "\.\.\/x" is not a path below .*\n$/],
  [['--base', 'HEAD', '--stages', 'counts', '--otlp', 'http://x'], /^--otlp: only rounds .*\n$/],
  [['--bsae', 'HEAD'], /^Unknown option '--bsae' \(Did you mean --base\?\).*\n$/],
])('%j is refused in one line, with exit code 2', async (args, message) => {
  const scenarios = args.includes('--scenarios') ? [] : ['--scenarios', 'send']
  const command = ['gate', ...args, ...scenarios]
  const { exitCode, stderr } = await refusalOf(command, settings(), project.folder)
  expect(stderr).toMatch(message)
  expect(exitCode).toBe(2)
  await expectNothingLeft()
})

test('a subject that a version lacks is refused in one line, with exit code 2', async () => {
  const args = ['--base', 'HEAD', '--subject', 'src/nosuch', '--scenarios', 'send']
  const { exitCode, stderr } = await ended(start(args))
  expect(stderr).toMatch(/^--subject: baseline, .*, has no src\/nosuch\. .*\n$/)
  expect(exitCode).toBe(2)
  await expectNothingLeft()
})

test('says that it is outside of a repository', async () => {
  const { exitCode, stderr } = await refusalOf(['gate', ...SEND], settings(), folder)
  expect(stderr).toMatch(/is not in a git repository/)
  expect(exitCode).toBe(2)
})

test(
  'too few requests are inconclusive, and the measurements are kept by version',
  LONG,
  async () => {
    project.edit('src/registry/waiting.ts', (text) => `${text}// changed\n`)
    const sha = project.commit('a change')
    const [json, markdown, summary] = ['a.json', 'a.md', 's.md'].map((name) => join(folder, name))
    const versions = ['--base', 'HEAD~1', '--head', 'main']
    const load = [...ROUNDS, '--scenarios', 'send', '--duration', '200ms', '--metrics', 'p99']
    const files = ['--json', json ?? '', '--markdown', markdown ?? '']
    const env = { GITHUB_STEP_SUMMARY: summary ?? '' }
    const collector = await startOtlpReceiver()
    onTestFinished(() => collector.close())
    const flags = [...load, ...files, '--otlp', collector.url]
    const { exitCode, stdout, stderr } = await ended(start([...versions, ...flags], env))
    expect(stderr).not.toContain('last figures')
    expect(stdout).toContain('packages: this checkout')
    expect(stdout).toMatch(/inconclusive: main \(.{7}\) against HEAD~1/)
    expect(exitCode).toBe(3)

    const report: Pick<GateReport, 'runs' | 'sameness' | 'stages'> = JSON.parse(
      readFileSync(json ?? '', 'utf8'),
    )
    expect(report).toMatchObject({ status: 'complete', verdict: 'inconclusive', exitCode: 3 })
    expect(report.sameness).toEqual({
      isSubjectSame: false,
      arePackagesSame: true,
      isNodeSame: true,
    })
    expect(report.stages.rounds).toMatchObject({
      comparisons: [
        { comparison: { metric: { kind: 'validity' } } },
        { verdict: { kind: 'refused', needed: 10_000 } },
      ],
    })
    expect(report.stages.rounds).toHaveProperty('rounds.length', 1)
    expect(readFileSync(summary ?? '', 'utf8')).toContain(readFileSync(markdown ?? '', 'utf8'))
    const runs = runFilesIn(join(report.runs, 'head'))
    expect(runs).toHaveLength(1)
    const kept = await readRunFile(runs[0] ?? '')
    expect(kept.commit).toMatchObject({ sha, isDirty: false })
    const told = ['loadtest.version', 'loadtest.run.id', 'loadtest.outcome'] as const
    const { state, ...scenario } = kept.scenarios[0] ?? { state: 'none' }
    const ok = 'result' in scenario ? scenario.result.operations[0]?.counts.ok : state
    expect(valuesOf(collector, 'loadtest.requests', ...told)).toMatchObject({
      [`candidate ${kept.runId} ok`]: ok,
    })
    expect(valuesOf(collector, 'loadtest.measurement.valid', 'loadtest.version')).toEqual({
      baseline: expect.any(Number),
      candidate: expect.any(Number),
    })
    await expectNothingLeft()
  },
)

test('equal versions pass without being measured', LONG, async () => {
  const { exitCode, stdout } = await ended(start(SEND))
  expect(stdout).toMatch(/pass: working tree .* without measuring: they are equal\n$/)
  expect(exitCode).toBe(0)
  await expectNothingLeft()
})

const COUNTS = ['--operations', 'heartbeat', '--stages', 'counts']
/** Where its body begins. */
const HEARTBEAT = /async heartbeat\([^)]*\)[^{]*\{/
const isReal = backends.kind !== 'memory'

test.runIf(isReal)('one call to Redis more is found by counts', LONG, async () => {
  project.edit('src/registry/registry.ts', (text) =>
    text.replace(HEARTBEAT, '$&\n    await this.#store.heartbeat(identity, ttlMs)'),
  )
  const { exitCode, stdout } = await ended(start([...SEND, ...COUNTS]))
  expect(stdout).toMatch(/Redis EVALSHA.*1.*2.*regression/)
  expect(exitCode).toBe(1)
  project.git('checkout', '--', '.')
  await expectNothingLeft()
})

test.runIf(isReal)(
  'a candidate that throws is a regression, and the report quotes the error',
  LONG,
  async () => {
    project.edit('src/registry/registry.ts', (text) =>
      text.replace(HEARTBEAT, "$&\n    throw new Error('thrown on purpose')"),
    )
    const { exitCode, stdout } = await ended(start([...SEND, '--operations', 'heartbeat']))
    expect(stdout).toMatch(/regression: candidate fails, heartbeat, call: thrown on purpose/)
    expect(stdout).toMatch(/pairs: skipped, a regression was found before/)
    expect(exitCode).toBe(1)
  },
)

test.runIf(isReal)('a candidate that cannot be imported is broken, not slow', LONG, async () => {
  project.edit('src/registry/connect.ts', (text) => `${text}\nthrow new Error('at import')\n`)
  const { exitCode, stderr } = await ended(start([...SEND, '--operations', 'heartbeat']))
  expect(stderr).toMatch(/^The candidate can't be imported: import: at import\n$/)
  expect(exitCode).toBe(2)
})

test('an interrupted gate leaves only its report', LONG, async () => {
  const child = start([...SEND, ...ROUNDS, '--measure-equal', '--budget', '10m'])
  const end = ended(child)
  const begun = new Promise<void>((resolve) => {
    child.stdout?.on('data', (chunk: unknown) => {
      if (String(chunk).includes('round 1, next look at 7')) resolve()
    })
  })
  await Promise.race([begun, end])
  child.kill('SIGINT')
  const { exitCode, stdout, stderr } = await end
  expect(`${stdout}${stderr}`).toMatch(/inconclusive: too few rounds/)
  expect(stdout).toMatch(/interrupted: working tree .* is undecided\n$/)
  expect(exitCode).toBe(130)
  await expectNothingLeft()
})
