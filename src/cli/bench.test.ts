import type { ChildProcess } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { intervalsOf } from '../run-file/json/intervals-json.ts'
import { readRunFile } from '../run-file/read/read-run-file.ts'
import type { RunFile } from '../run-file/run-file.ts'
import { SIGNAL_CODES } from '../process/signals.ts'
import { ended, runFilesIn, startCommand, useResultsFolder } from './testing/command.ts'

const folder = useResultsFolder()

/** In memory, so that nothing but the command is tested. */
function bench(args: readonly string[], env: Record<string, string> = {}): ChildProcess {
  const memory = { BENCH_BACKEND: 'memory', BENCH_RESULTS: folder() }
  return startCommand(['bench', ...args], { ...memory, ...env })
}

/** A scenario that broke before its end has no figures to be kept. */
function historyOf({ scenarios }: RunFile): readonly string[] {
  return scenarios.some(({ state }) => state === 'measured') ? ['history.csv'] : []
}

async function onlyRunFile(): Promise<RunFile> {
  const [path = 'none', ...others] = runFilesIn(folder())
  expect(others).toEqual([])
  return readRunFile(path)
}

describe('npm run bench', () => {
  test.each([
    ['met', 0],
    ['missed', 1],
    ['broken', 2],
    ['invalid', 3],
    ['late', 3],
    ['aborted', 1],
    ['asserts', 1],
    ['throws', 2],
    ['unbounded', 1],
    ['undelivered', 1],
    ['permitted', 0],
    ['inapplicable', 3],
    ['unrestored', 2],
  ])('a scenario that is %s exits with %d and keeps its measurements', async (name, code) => {
    const { exitCode, stdout } = await ended(bench([name]))
    expect(stdout).toContain(name)
    expect(exitCode).toBe(code)
    const run = await onlyRunFile()
    expect(run.status).toBe('complete')
    expect(run.scenarios.map((scenario) => scenario.name)).toEqual([name])
    const isJudged = run.scenarios.some(
      (entry) => entry.state === 'measured' && entry.slo.length > 0,
    )
    const ofBounds = isJudged ? ['.slo.csv'] : []
    const endings = ['.csv', '.html', '.intervals.csv', '.json', ...ofBounds]
    expect(readdirSync(folder()).sort()).toEqual([
      ...endings.map((ending) => run.runId + ending),
      ...historyOf(run),
    ])
  })

  test('a scenario that does not apply is told, and decides nothing beside others', async () => {
    const { exitCode, stdout } = await ended(bench(['met', 'inapplicable']))
    expect(stdout).toContain('the test was skipped: it takes a server that is not here')
    expect(stdout).toContain('The SLO is met. 1 scenario skipped. Measurement valid.')
    expect(exitCode).toBe(0)
  })

  test.each([
    ['asserts', /^ {2}expected 1 to be 2/m],
    ['throws', /^ {2}a mistake after 300 ms/m],
  ])('a scenario that %s after its load fails with the reason', async (name, reason) => {
    const { stdout } = await ended(bench([name]))
    expect(stdout).toMatch(reason)
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
    ['missed', 1, '### ❌ Missed: ', '<failure message="missed: '],
    ['broken', 2, '### ⛔ Broken: ', '<error message="'],
    ['invalid', 3, '### ❔ Inconclusive: ', '<skipped message="'],
  ])(
    'a scenario that is %s leaves Markdown and JUnit beside the run file',
    async (name, code, headline, element) => {
      const [summary, junit] = ['summary.md', 'junit.xml'].map((file) => join(folder(), file))
      if (summary === undefined || junit === undefined) throw new Error('two paths')
      const end = await ended(bench([name, '--junit', junit], { GITHUB_STEP_SUMMARY: summary }))
      expect(end.exitCode).toBe(code)
      expect(readFileSync(summary, 'utf8')).toContain(headline)
      const { runId } = await onlyRunFile()
      const xml = readFileSync(junit, 'utf8')
      expect(xml).toContain(element)
      expect(xml).toContain(`<property name="run.id" value="${runId}"/>`)
    },
  )

  test.each([
    ['a summary', [], { GITHUB_STEP_SUMMARY: '/none/such/summary.md' }, /^GITHUB_STEP_SUMMARY: /],
    ['JUnit', ['--junit', '/tmp'], {}, /^--junit: \/tmp is a folder/],
    ['JUnit', ['--junit', '/proc/none/junit.xml'], {}, /^Results can't be written to \/proc\/none/],
  ])('refuses an unwritable %s before it measures anything', async (_, args, env, message) => {
    const { exitCode, stderr } = await ended(bench(['met', ...args], env))
    expect(stderr).toMatch(message)
    expect(exitCode).toBe(2)
    expect(readdirSync(folder())).toEqual([])
  })

  test('reports a missed SLO once', async () => {
    const { stdout } = await ended(bench(['missed']))
    expect(stdout.match(/measurement: /g)).toHaveLength(1)
    expect(stdout.match(/SLO +operation/g)).toHaveLength(1)
  })

  test.each([
    [
      'throws at import',
      "throw new TypeError('no\\nsuch thing')",
      /:1: TypeError: no\n {4}such thing$/,
    ],
    ['is no TypeScript', 'const = 1', /:1: SyntaxError: .*\n {4}const = 1$/],
    [
      'imports nothing',
      "import './nowhere.ts'",
      /:1: Cannot find module '.*nowhere\.ts' imported from/,
    ],
    ['throws null', 'throw null', /: null$/],
    ['holds no test', '', /: No test suite found in file .*$/],
  ])('a scenario that %s exits with 2 and names the place', async (_, text, says) => {
    const scenarios = join(folder(), 'scenarios')
    mkdirSync(scenarios)
    writeFileSync(join(scenarios, 'wrong.load.ts'), text)
    const { exitCode, stderr } = await ended(bench(['--scenarios', scenarios]))
    const [notice, ...lines] = stderr.trim().split('\n')
    expect(notice).toMatch(/^No real server was measured/)
    expect(lines[0]).toMatch(/^\S*wrong\.load\.ts:/)
    expect(lines.join('\n')).toMatch(says)
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

  test('a load with an unknown key sends nothing and suggests the key', async () => {
    const { exitCode, stdout } = await ended(bench(['mistyped']))
    expect(stdout).toContain('load: there is no "warmup". Did you mean "warmUp"?')
    expect(exitCode).toBe(2)
    expect(await onlyRunFile()).toMatchObject({ scenarios: [{ state: 'unmeasured' }] })
  })

  test('a missed SLO is printed with its bound, its measurement, and the errors by code', async () => {
    const { stdout } = await ended(bench(['missed']))
    expect(stdout).toMatch(/missed +refuse +success rate +> 99 % +0 %/)
    expect(stdout).toContain('Error 50 (refused)')
  })

  test('a load without bounds shows the default bounds', async () => {
    const { stdout } = await ended(bench(['un']))
    expect(stdout).toMatch(/missed +refuse +success rate +> 99 % \(default\) +0 %/)
    expect(stdout).toMatch(/missed +send +delivery rate +> 99 % \(default\) +0 %/)
    expect(stdout).toMatch(/met +send +success rate +> 99 % \(default\) +100 %/)
  })

  test('a killed process keeps the measured seconds and reports its end', async () => {
    const { exitCode, stdout } = await ended(bench(['killed']))
    expect(exitCode).toBe(2)
    expect(stdout).toMatch(
      /interrupted: the process that measured it ended: .*[1-3] s of it were saved/,
    )
    const run = await onlyRunFile()
    expect(run.status).toBe('interrupted')
    const [scenario] = run.scenarios
    if (scenario?.state !== 'lost') expect.fail('not lost')
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

  test('a process killed in its second load keeps the seconds of both', async () => {
    await ended(bench(['dies-in-second']))
    const { scenarios } = await onlyRunFile()
    const kept = scenarios.map((scenario) => {
      if (scenario.state !== 'lost') expect.fail('not lost')
      return [scenario.name, ...new Set(intervalsOf(scenario).map(({ operation }) => operation))]
    })
    expect(kept).toEqual([
      ['dies in second', 'answer'],
      ['dies in second (load 2)', 'kill'],
    ])
  })

  test('a load that its SLO ended early names the bound in the report and the file', async () => {
    const { stdout } = await ended(bench(['aborted']))
    expect(stdout).toMatch(/ended early: success rate of refuse was 0 % from 0 s to 0\.1 s/)
    expect(stdout).toMatch(/missed +refuse +success rate every 0\.1 s +> 90 % +0 % +\(from 0 s,/)
    const run = await onlyRunFile()
    expect(run.status).toBe('complete')
    expect(run.scenarios).toMatchObject([
      {
        testStatus: 'failed',
        result: { isInterrupted: false, abortReason: expect.stringContaining('success rate') },
        slo: [{ outcome: 'missed', windows: { everyMs: 100 } }],
      },
    ])
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
    [
      ['--backend', 'dockr'],
      {},
      /^--backend=dockr .*containers, programs, cluster, memory, external/,
    ],
    [['--duration', '10'], {}, /^--duration: "10" is not a duration/],
    [['--profile', 'longest'], {}, /^--profile: "longest" .*short, long/],
    [['nosuch'], {}, /"nosuch"/],
    [['met', '--results', ''], {}, /^--results: is empty/],
    [['--rate', '5'], {}, /^Unknown option '--rate'.*--help/],
    [
      ['met', '--backend', 'external'],
      { REDIS_URL: 'redis://u:secret@127.0.0.1:1', NATS_URL: 'nats://127.0.0.1:1' },
      /^Redis at 127\.0\.0\.1:1/,
    ],
  ])('%j', async (args, env, message) => {
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
    const { exitCode, stderr } = await ended(bench(['met', '--results', path]))
    expect(stderr).toContain(path)
    expect(exitCode).toBe(2)
  })
})
