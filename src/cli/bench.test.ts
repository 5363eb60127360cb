import type { ChildProcess } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { intervalsOf } from '../run-file/json/intervals-json.ts'
import { exitCodeOf } from '../run-file/outcome.ts'
import { readRunFile } from '../run-file/read/read-run-file.ts'
import type { RunFile } from '../run-file/run-file.ts'
import { SIGNAL_CODES } from '../process/signals.ts'
import {
  ended,
  runFilesIn,
  startCommand,
  useFolderOfAll,
  useResultsFolder,
  type Ended,
} from './testing/command.ts'
import { refusalOf } from './testing/refusal.ts'

const folder = useResultsFolder()

/** In memory, so that nothing but the command is tested. */
const memory = () => ({ BENCH_BACKEND: 'memory', BENCH_RESULTS: folder() })

function bench(args: readonly string[], env: Record<string, string> = {}): ChildProcess {
  return startCommand(['bench', ...args], { ...memory(), ...env })
}

async function onlyRunFile(path = folder()): Promise<RunFile> {
  const [file = 'none', ...others] = runFilesIn(path)
  expect(others).toEqual([])
  return readRunFile(file)
}

/** What the report prints of a scenario. */
function sectionOf(name: string, { stdout }: Ended): string {
  const [section = ''] = new RegExp(`^${name}\n(?: .*\n|\n)*`, 'm').exec(stdout) ?? []
  return section
}

// The exit code of a run is that of its worst scenario: a run of scenarios that each exit with the same code shows
// that none is worse, and the entry of each shows that none is better.
describe.each([
  { code: 0, names: ['met', 'permitted'], headline: '### ✅ ', told: 'met', element: null },
  {
    code: 1,
    names: ['aborted', 'asserts', 'missed', 'unbounded', 'undelivered'],
    headline: '### ❌ Missed: ',
    told: 'missed',
    element: '<failure message="missed: ',
  },
  {
    code: 2,
    names: ['broken', 'mistyped'],
    headline: '### ⛔ Broken: ',
    told: 'broken',
    element: '<error message="',
  },
  {
    code: 3,
    names: ['invalid', 'late'],
    headline: '### ❔ Inconclusive: ',
    told: 'invalid',
    element: '<skipped message="',
  },
])('npm run bench -- $names', ({ code, names, headline, told, element }) => {
  const shared = useFolderOfAll()
  let end: Ended
  let run: RunFile
  const summary = (): string => join(shared(), 'summary.md')
  const junit = (): string => join(shared(), 'junit.xml')
  const results = (): string => join(shared(), 'results')

  beforeAll(async () => {
    const args = [...names, '--junit', junit(), '--results', results()]
    end = await ended(bench(args, { GITHUB_STEP_SUMMARY: summary() }))
    run = await onlyRunFile(results())
  }, 120_000)

  test(`exits with ${code}, as each scenario alone`, () => {
    expect(end.exitCode).toBe(code)
    expect(run.scenarios.map(({ name }) => name)).toEqual(names)
    const alone = run.scenarios.map((entry) =>
      exitCodeOf({ scenarios: [entry], microBenchmarks: [] }),
    )
    expect(alone).toEqual(names.map(() => code))
  })

  test('prints each scenario and keeps the measurements', () => {
    for (const name of names) expect(sectionOf(name, end)).not.toBe('')
    expect(run.status).toBe('complete')
    expectFilesOf(run, results())
  })

  test('leaves Markdown and JUnit beside the run file', () => {
    expect(readFileSync(summary(), 'utf8')).toContain(headline)
    const xml = readFileSync(junit(), 'utf8')
    if (element === null) expect(xml).not.toMatch(/<(?:failure|error|skipped) message="/)
    else expect(suiteOf(told, xml)).toContain(element)
    expect(xml).toContain(`<property name="run.id" value="${run.runId}"/>`)
  })

  if (names.includes('missed')) {
    test('prints a missed SLO once, with its bound, its measurement, and the errors by code', () => {
      const section = sectionOf('missed', end)
      expect(section).toMatch(/missed +refuse +success rate +> 99 % +0 %/)
      expect(section).toContain('Error 50 (refused)')
      for (const name of names) {
        expect(sectionOf(name, end).match(/measurement: /g)).toHaveLength(1)
        expect(sectionOf(name, end).match(/SLO +operation/g)).toHaveLength(1)
      }
      expect(end.stdout.match(/ measurement: /g)).toHaveLength(names.length)
      expect(end.stdout.match(/SLO +operation/g)).toHaveLength(names.length)
    })

    test('a load without bounds shows the default bounds', () => {
      const unbounded = sectionOf('unbounded', end)
      expect(unbounded).toMatch(/missed +refuse +success rate +> 99 % \(default\) +0 %/)
      const undelivered = sectionOf('undelivered', end)
      expect(undelivered).toMatch(/missed +send +delivery rate +> 99 % \(default\) +0 %/)
      expect(undelivered).toMatch(/met +send +success rate +> 99 % \(default\) +100 %/)
    })

    test('an assertion that fails after its load is printed', () => {
      expect(sectionOf('asserts', end)).toMatch(/^ {2}expected 1 to be 2/m)
    })

    test('a load that its SLO ended early names the bound in the report and the file', () => {
      const section = sectionOf('aborted', end)
      expect(section).toMatch(/ended early: success rate of refuse was 0 % from 0 s to 0\.1 s/)
      expect(section).toMatch(/missed +refuse +success rate every 0\.1 s +> 90 % +0 % +\(from 0 s,/)
      expect(run.scenarios.find(({ name }) => name === 'aborted')).toMatchObject({
        testStatus: 'failed',
        result: { isInterrupted: false, abortReason: expect.stringContaining('success rate') },
        slo: [{ outcome: 'missed', windows: { everyMs: 100 } }],
      })
    })
  }

  if (names.includes('mistyped')) {
    test('a load with an unknown key sends nothing and suggests the key', () => {
      expect(sectionOf('mistyped', end)).toContain(
        'load: there is no "warmup". Did you mean "warmUp"?',
      )
      expect(run.scenarios).toMatchObject([{}, { state: 'unmeasured' }])
    })
  }
})

/** What JUnit says of a scenario. */
function suiteOf(name: string, xml: string): string {
  const [suite = ''] = new RegExp(`<testsuite name="${name}".*?</testsuite>`, 's').exec(xml) ?? []
  return suite
}

/** A scenario that broke before its end has no figures to be kept, and one without a load no bounds. */
function expectFilesOf(run: RunFile, path: string): void {
  const measured = run.scenarios.filter((entry) => entry.state === 'measured')
  const ofBounds = measured.some(({ slo }) => slo.length > 0) ? ['.slo.csv'] : []
  const endings = ['.csv', '.html', '.intervals.csv', '.json', ...ofBounds]
  const history = measured.length > 0 ? ['history.csv'] : []
  expect(readdirSync(path).sort()).toEqual([
    ...endings.map((ending) => run.runId + ending),
    ...history,
  ])
}

describe('npm run bench', () => {
  test.each([
    ['inapplicable', 3, /the test was skipped: it takes a server that is not here/],
    ['throws', 2, /^ {2}a mistake after 300 ms/m],
    ['unrestored', 2, /^ {2}Can't restore all servers: redis-1 does not start/m],
  ])('%s, alone, exits with %d, says why and is kept', async (name, code, says) => {
    const end = await ended(bench([name]))
    expect(sectionOf(name, end)).toMatch(says)
    expect(end.exitCode).toBe(code)
    const run = await onlyRunFile()
    expect(run.status).toBe('complete')
    expect(run.scenarios.map((scenario) => scenario.name)).toEqual([name])
    expectFilesOf(run, folder())
  })

  test('a scenario that does not apply is told, and decides nothing beside others', async () => {
    const { exitCode, stdout } = await ended(bench(['met', 'inapplicable']))
    expect(stdout).toContain('the test was skipped: it takes a server that is not here')
    expect(stdout).toContain('The SLO is met. 1 scenario skipped. Measurement valid.')
    expect(exitCode).toBe(0)
  })

  test('shows the output of a scenario, and where and why it failed', async () => {
    const { stdout } = await ended(bench(['prints']))
    const lines = stdout.split('\n')
    const file = 'src/cli/testing/scenarios/prints.load.ts'
    for (const line of [
      `  stdout of ${file} | while it is imported`,
      '  stdout | before',
      '  stdout |   indented',
      '  stderr | red',
      '  expected { operations: 1 } to deeply equal { operations: 2 }',
      `      at ${file}:17:55`,
      '      -   "operations": 2,',
      '      +   "operations": 1,',
      '  wrong:',
      '        - this',
      `      at ${file}:18:9`,
    ]) {
      expect(lines).toContain(line)
    }
  })

  test.each([
    ['a summary', [], { GITHUB_STEP_SUMMARY: '/none/such/summary.md' }, /^GITHUB_STEP_SUMMARY: /],
    ['JUnit', ['--junit', '/tmp'], {}, /^--junit: \/tmp is a folder/],
    ['JUnit', ['--junit', '/proc/none/junit.xml'], {}, /^Results can't be written to \/proc\/none/],
  ])('refuses an unwritable %s before it measures anything', async (_, args, env, message) => {
    const { exitCode, stderr } = await refusalOf(['bench', 'met', ...args], { ...memory(), ...env })
    expect(stderr).toMatch(message)
    expect(exitCode).toBe(2)
    expect(readdirSync(folder())).toEqual([])
  })

  test('scenarios that cannot be imported end the run with 2, each with its place and reason', async () => {
    const wrong: [name: string, text: string, says: RegExp][] = [
      ['empty', '', /: No test suite found in file .*$/],
      [
        'imports-nothing',
        "import './nowhere.ts'",
        /:1: Cannot find module '.*nowhere\.ts' imported from/,
      ],
      ['no-typescript', 'const = 1', /:1: SyntaxError: .*\n {4}const = 1$/],
      ['throws-null', 'throw null', /: null$/],
      ['throws', "throw new TypeError('no\\nsuch thing')", /:1: TypeError: no\n {4}such thing$/],
    ]
    const scenarios = join(folder(), 'scenarios')
    mkdirSync(scenarios)
    for (const [name, text] of wrong) writeFileSync(join(scenarios, `${name}.load.ts`), text)
    const { exitCode, stderr } = await ended(bench(['--scenarios', scenarios]))
    const [notice, ...reasons] = stderr.trim().split(/\n(?=\S)/)
    expect(notice).toMatch(/^No real server was measured/)
    expect(reasons).toEqual(
      wrong.map(([name, , says]) =>
        expect.stringMatching(new RegExp(`^\\S*${name}\\.load\\.ts${says.source}`)),
      ),
    )
    expect(exitCode).toBe(2)
  })

  test('a good load beside an undecided one is inconclusive, not failed', async () => {
    const { exitCode } = await ended(bench(['doubtful-second']))
    expect(exitCode).toBe(3)
    expect((await onlyRunFile()).scenarios).toMatchObject([
      { testStatus: 'passed', error: null, slo: [{ outcome: 'met' }] },
      { testStatus: 'failed', slo: [{ outcome: 'inconclusive' }, { outcome: 'met' }] },
    ])
  })

  test('a load that its test does not await exits with 2 and is judged', async () => {
    const { exitCode } = await ended(bench(['forgotten']))
    expect(exitCode).toBe(2)
    expect((await onlyRunFile()).scenarios).toMatchObject([
      { slo: [{ metric: 'response P50', outcome: 'missed' }, { outcome: 'met' }] },
    ])
  })

  test('a micro-benchmark that breaks exits with 2 and the reason', async () => {
    const { exitCode, stdout } = await ended(bench(['--micro', 'broken']))
    expect(stdout).toContain('the benchmark failed')
    expect(exitCode).toBe(2)
  })

  test.each([
    ['is not reached', 'not-reached', 1, /NOT REACHED:\n +slow by quick: 4\.00, must be ≤ 3/],
    [
      'decides nothing',
      'inconclusive',
      3,
      /INCONCLUSIVE[^\n]*:\n +slow by quick: 4\.00, must be ≤ 3/,
    ],
    ['is skipped', 'skipped', 3, /skipped: needs something that is not here/],
  ])('a micro-benchmark figure that %s sets the exit code', async (_, name, code, says) => {
    const { exitCode, stdout } = await ended(bench(['--micro', name]))
    expect(stdout).toMatch(says)
    expect(exitCode).toBe(code)
    if (code === 1) expect(stdout).toContain('and the test goes on')
  })

  test('killed processes keep the measured seconds of each load, and their end is told', async () => {
    const end = await ended(bench(['killed', 'dies-in-second']))
    expect(end.exitCode).toBe(2)
    expect(sectionOf('killed', end)).toMatch(
      /interrupted: the process that measured it ended: .*[1-3] s of it were saved/,
    )
    const run = await onlyRunFile()
    expect(run.status).toBe('interrupted')
    const lost = run.scenarios.map((entry) => {
      expect(exitCodeOf({ scenarios: [entry], microBenchmarks: [] })).toBe(2)
      if (entry.state !== 'lost') expect.fail('not lost')
      return entry
    })
    const [answered, killed, scenario, ...others] = lost
    expect(others).toEqual([])
    if (answered === undefined || killed === undefined || scenario === undefined) {
      expect.fail('not there')
    }
    const ofSecond = [answered, killed].map((entry) => [
      entry.name,
      ...new Set(intervalsOf(entry).map(({ operation }) => operation)),
    ])
    expect(ofSecond).toEqual([
      ['dies in second', 'answer'],
      ['dies in second (load 2)', 'kill'],
    ])
    const seconds = intervalsOf(scenario).map(({ second }) => second)
    expect(seconds).toEqual([0, 1, 2].slice(0, Math.max(seconds.length, 1)))
    // A busy machine starts some of a second's 100 requests in the next one.
    const sum = { started: 0, ok: 0 }
    for (const { started, ok } of intervalsOf(scenario)) {
      expect(started).toBeGreaterThan(0)
      sum.started += started
      sum.ok += ok
    }
    expect(sum.started).toBeLessThanOrEqual(100 * seconds.length)
    expect(sum.ok).toBe(sum.started)
  })

  test('takes folders of any name as they are, not as patterns', async () => {
    const scenarios = join(folder(), 's (x) [y] {a,b}? !(q)+@*! #%20')
    const results = join(folder(), 'r? [u] (t)*')
    mkdirSync(join(scenarios, 'below [1]'), { recursive: true })
    const program = `import { constant, test } from ${JSON.stringify(import.meta.resolve('../vitest/load-test.ts'))}
      test('named', async ({ load }) => {
        await load({
          operations: { answer: () => Promise.resolve() },
          arrivals: constant(100),
          duration: '300ms',
          warmUp: '0s',
          verdict: { achieved: { degraded: 0, invalid: 0 } },
        })
      })`
    writeFileSync(join(scenarios, 'below [1]', 'named.load.ts'), program)
    const args = ['below [1]', '--scenarios', scenarios, '--results', results]
    const { exitCode, stderr } = await ended(bench(args))
    expect(stderr).not.toContain('No scenario')
    expect(exitCode).toBe(0)
    expect(runFilesIn(results)).toHaveLength(1)
  })

  test.each(['SIGHUP', 'SIGINT', 'SIGTERM'] as const)(
    'a run that gets a %s keeps its measurements, marked interrupted',
    async (signal) => {
      const child = bench(['long', '--duration', '1h'])
      const end = ended(child)
      await untilMeasuring(child)
      child.kill(signal)
      expect((await end).exitCode).toBe(SIGNAL_CODES[signal])
      const run = await onlyRunFile()
      expect(run.status).toBe('interrupted')
      const [scenario] = run.scenarios
      expect(scenario).toMatchObject({ state: 'measured', testStatus: 'cancelled' })
    },
  )
})

/** Resolves when a line says that the load has begun, which has no warm-up. */
function untilMeasuring(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    child.stdout?.on('data', (chunk: unknown) => {
      if (String(chunk).includes(' for 3,600 s')) resolve()
    })
  })
}

describe('bad input exits with 2, one line and no files:', () => {
  test.each([
    [['--duration', '10'], /^--duration: "10" is not a duration/],
    [['--profile', 'longest'], /^--profile: "longest" .*short, long/],
    [['nosuch'], /"nosuch"/],
    [['met', '--results', ''], /^--results: is empty/],
    [['--rate', '5'], /^Unknown option '--rate'.*--help/],
  ])('%j', async (args, message) => {
    const { exitCode, stderr } = await refusalOf(['bench', ...args], memory())
    expect(stderr).toMatch(message)
    expect(stderr.trim().split('\n')).toHaveLength(1)
    expect(exitCode).toBe(2)
    expect(readdirSync(folder())).toEqual([])
  })

  test.each([
    [
      ['--backend', 'dockr'],
      {},
      /^--backend=dockr .*containers, programs, cluster, memory, external/,
    ],
    [
      ['met', '--backend', 'external'],
      { REDIS_URL: 'redis://u:secret@127.0.0.1:1', NATS_URL: 'nats://127.0.0.1:1' },
      /^Redis at 127\.0\.0\.1:1/,
    ],
  ])('%j, in a process', async (args, env, message) => {
    const { exitCode, stdout, stderr } = await ended(bench(args, env))
    expect(stderr).toMatch(message)
    expect(stderr.trim().split('\n')).toHaveLength(1)
    expect(stdout + stderr).not.toContain('secret')
    expect(exitCode).toBe(2)
    expect(readdirSync(folder())).toEqual([])
  })

  test('unreachable servers leave no file of the run', async () => {
    const urls = { REDIS_URL: 'redis://127.0.0.1:1', NATS_URL: 'nats://127.0.0.1:1' }
    const env = { ...urls, TMPDIR: folder(), NODE_DISABLE_COMPILE_CACHE: '1' }
    const { exitCode } = await ended(bench(['met', '--backend', 'external'], env))
    expect(exitCode).toBe(2)
    expect(readdirSync(folder())).toEqual([])
  })

  test('a results folder that is a file', async () => {
    const path = join(folder(), 'taken')
    writeFileSync(path, '')
    const { exitCode, stderr } = await refusalOf(['bench', 'met', '--results', path], memory())
    expect(stderr).toContain(path)
    expect(exitCode).toBe(2)
  })
})
