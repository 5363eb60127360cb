import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ended, runFilesIn, startCommand, type Ended } from '../../src/cli/testing/command.ts'
import { missingPrograms } from '../../src/environment/programs.ts'
import { readRunFile } from '../../src/run-file/read/read-run-file.ts'
import type { RunFile } from '../../src/run-file/run-file.ts'

/** Seconds for the faults, the last of which is due at 3 s, and for the recovery from them. */
const DURATION = '6s'
const TIMEOUT_MS = 600_000

/** The scenarios of this folder that run on one server of each kind. */
const PROFILES = [
  'everything restarted',
  'gateway killed',
  'NATS node killed',
  'network cut',
  'Redis primary killed',
  'rolling restart',
  'slow network',
]

const missing = missingPrograms()

describe.skipIf(missing !== undefined)('the profiles of faults, at a short length,', () => {
  const folder = mkdtempSync(join(tmpdir(), 'faults-'))
  let end: Ended
  let run: RunFile

  beforeAll(async () => {
    end = await ended(
      startCommand(['bench', 'faults/', '--duration', DURATION, '--results', folder], {
        BENCH_BACKEND: 'programs',
        BENCH_SCENARIOS: join(import.meta.dirname, '..'),
      }),
    )
    const [path] = runFilesIn(folder)
    if (path === undefined) throw new Error(`no run file: ${end.stdout}${end.stderr}`)
    run = await readRunFile(path)
  }, TIMEOUT_MS)
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  /** The measured scenario of a name. */
  function measured(name: string) {
    const scenario = run.scenarios.find((one) => one.name === name)
    if (scenario?.state === 'measured') return scenario
    throw new Error(`${name} was not measured: ${end.stdout}${end.stderr}`)
  }

  describe.each(PROFILES)('%s', (name) => {
    test('injects all of its faults', () => {
      const { faults } = measured(name).result
      expect(faults.length).toBeGreaterThan(0)
      for (const fault of faults) expect(fault).toMatchObject({ state: 'injected' })
    })

    test('measures the recovery, the longest stretch without a success, and losses', () => {
      const { slo } = measured(name)
      const known = slo.filter(({ measured: figure }) => figure !== null)
      const metrics = known.map(({ metric }) => metric)
      expect(metrics).toEqual(expect.arrayContaining(['recovery', 'unavailable', 'lost']))
    })

    test('keeps every message that was promised, and knows what became of registrations', () => {
      const { operations } = measured(name).result
      const losses = (operation: string) => operations.find((one) => one.name === operation)?.losses
      expect(losses('register')).toMatchObject({ kind: 'known' })
      expect(losses('multicast')).toMatchObject({ kind: 'known', lost: 0 })
    })
  })

  test('a failover is skipped without a replica, and the report says why', () => {
    expect(run.scenarios.find(({ name }) => name === 'Redis failover')).toMatchObject({
      state: 'unmeasured',
      testStatus: 'skipped',
      error: expect.stringMatching(/^the test was skipped: A failover takes a replica/),
    })
    expect(end.stdout).toContain('the test was skipped: A failover takes a replica')
  })
})
