import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestModule, TestSpecification, Vitest } from 'vitest/node'
import { afterAll, expect, test } from 'vitest'
import { RunRecord } from '../run-file/write/run-record.ts'
import { PluginReporter } from './plugin-reporter.ts'

const folder = mkdtempSync(join(tmpdir(), 'plugin-reporter-'))
afterAll(() => rmSync(folder, { recursive: true }))

const closed: (() => void)[] = []
const vitest = {
  config: { root: folder },
  projects: [],
  onClose: (close: () => void) => closed.push(close),
  state: { getTestModules: () => [] },
} as unknown as Vitest

function specificationIn(name: string): TestSpecification {
  return { project: { name }, moduleId: join(folder, 'a.load.ts') } as unknown as TestSpecification
}

const module = {
  moduleId: join(folder, 'a.load.ts'),
  project: { name: 'load', getProvidedContext: () => ({}) },
  errors: () => [],
} as unknown as TestModule

test('each run has a file of its own, and a run without load tests has none', async () => {
  const ended: string[] = []
  const reporter = new PluginReporter({
    openRecord: () => RunRecord.open({ folder, profile: 'short' }),
    onRunEnd: (_, { run }) => ended.push(run.runId),
    out: { write: () => true, isTTY: false, on: () => {}, off: () => {} } as never,
  })
  reporter.onInit(vitest)
  for (const project of ['load', 'load', 'unit']) {
    await reporter.onTestRunStart([specificationIn(project)])
    if (project === 'load') reporter.onTestModuleStart(module)
    reporter.onTestRunEnd(project === 'load' ? [module] : [], [], 'passed')
  }
  for (const close of closed) close()
  expect(new Set(ended).size).toBe(2)
  expect(readdirSync(folder).filter((name) => name.endsWith('.json'))).toHaveLength(2)
})
