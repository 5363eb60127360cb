import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { arbitraryRun } from './arbitrary-run.ts'
import { runFileSchema, type RunFile } from './run-file.ts'
import { upgradeRunFile } from './upgrade-run-file.ts'

/** A run as version 1 of the schema had it. */
function asVersion1(run: RunFile): { readonly schemaVersion: unknown } {
  const later = ['reference', 'configurationHash', 'workloadHash']
  const kept = (key: string, value: unknown) => (later.includes(key) ? undefined : value)
  return { ...JSON.parse(JSON.stringify(run, kept)), schemaVersion: 1 }
}

test('a file of version 1 is one of today, without what was not recorded then', () => {
  fc.assert(
    fc.property(arbitraryRun, (run) => {
      const upgraded = runFileSchema.parse(upgradeRunFile(asVersion1(run)))
      const { backends } = run
      expect(upgraded).toEqual({
        ...run,
        reference: null,
        backends: backends.kind === 'memory' ? backends : { ...backends, configurationHash: null },
        scenarios: run.scenarios.map((scenario) =>
          scenario.state === 'measured' ? { ...scenario, workloadHash: null } : scenario,
        ),
      })
    }),
    { numRuns: 20 },
  )
})

test('a file of today is left as it is', () => {
  fc.assert(
    fc.property(arbitraryRun, (run) => {
      expect(upgradeRunFile(run)).toBe(run)
    }),
    { numRuns: 5 },
  )
})

test('whatever calls itself version 1 is left for the schema to refuse', () => {
  const bad = fc.record({
    schemaVersion: fc.constant(1),
    backends: fc.anything(),
    scenarios: fc.anything(),
  })
  fc.assert(
    fc.property(bad, (data) => {
      expect(runFileSchema.safeParse(upgradeRunFile(data)).success).toBe(false)
    }),
  )
})
