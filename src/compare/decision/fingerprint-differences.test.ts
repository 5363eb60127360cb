import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Technique } from '../../load/dispatch/technique.ts'
import { arbitraryRun } from '../../run-file/testing/arbitrary-run.ts'
import type { RunFile } from '../../run-file/run-file.ts'
import { unlikeFields } from './fingerprint-differences.ts'
import { environmentKey } from '../../run-file/provenance/environment-fields.ts'
import { registrySystem, runOf, scenarioOf } from '../../run-file/testing/run-fixture.ts'

const run = runOf([])
const { environment } = run

test.each<[string, Partial<RunFile>]>([
  ['CPU model', { environment: { ...environment, cpuModel: 'x' } }],
  ['CPU cores', { environment: { ...environment, cpuCores: 64 } }],
  [
    'cgroup CPU limit',
    { environment: { ...environment, cgroup: { cpuCores: 1.5, memoryBytes: null } } },
  ],
  ['kernel', { environment: { ...environment, os: { ...environment.os, kernel: '6.2.0' } } }],
  ['Node', { environment: { ...environment, nodeVersion: '25.0.0' } }],
  [
    'ioredis',
    { environment: { ...environment, packages: { ...environment.packages, ioredis: '7' } } },
  ],
  ['Redis', { system: registrySystem({ redisVersion: '8.0.0' }) }],
  ['NATS', { system: registrySystem({ natsVersion: '2.12.0' }) }],
  ['server configuration', { system: registrySystem({ configurationHash: null }) }],
  ['backend', { system: registrySystem({ kind: 'containers' }) }],
  ['generators', { generators: { kind: 'merged', startAt: '', namespace: '', shards: [] } }],
])('distinguishes %s', (field, change) => {
  const other = runOf([], change)
  expect(unlikeFields(run, other).map((difference) => difference.field)).toEqual([field])
  expect(environmentKey(other)).not.toBe(environmentKey(run))
})

test('runs with different dispatch techniques are unlike', () => {
  const by = (dispatch: Technique): RunFile => {
    const { result, ...scenario } = scenarioOf('register')
    return runOf([{ ...scenario, result: { ...result, health: { ...result.health, dispatch } } }])
  }
  expect(unlikeFields(by('clock'), by('timer'))).toEqual([
    { field: 'dispatch', baseline: 'clock', candidate: 'timer' },
  ])
})

test('servers that a run starts are alike at any port; external servers are identified by address', () => {
  const moved = { redisAddress: 'redis://127.0.0.1:7000' }
  expect(unlikeFields(run, runOf([], { system: registrySystem(moved) }))).toEqual([])
  const [here, there] = [{}, moved].map((at) =>
    runOf([], { system: registrySystem({ ...at, kind: 'external' }) }),
  )
  expect(here && there && unlikeFields(here, there)).toMatchObject([{ field: 'server addresses' }])
})

const hasLoad = ({ scenarios }: RunFile): boolean =>
  scenarios.some(({ state }) => state === 'measured')

test('two runs are alike exactly if their keys are equal, in either order', () => {
  fc.assert(
    fc.property(arbitraryRun, arbitraryRun, (a, b) => {
      fc.pre(hasLoad(a) === hasLoad(b))
      expect(unlikeFields(a, a)).toEqual([])
      expect(unlikeFields(a, b).length === 0).toBe(environmentKey(a) === environmentKey(b))
      expect(new Set(unlikeFields(b, a).map(({ field }) => field))).toEqual(
        new Set(unlikeFields(a, b).map(({ field }) => field)),
      )
    }),
    { numRuns: 10 },
  )
})
