import { expect, test } from 'vitest'
import { fingerprintOf } from '../provenance/environment-fields.ts'
import { runOf } from '../testing/run-fixture.ts'
import type { RunFile } from '../run-file.ts'
import { seriesText } from './series-text.ts'

const run = runOf([])
const { environment, backends } = run
if (backends.kind === 'memory') throw new Error('the fixture has servers')
const textOf = (change: Partial<RunFile>, dispatch = 'clock'): string =>
  seriesText(fingerprintOf(runOf([], change)), dispatch)
const here = {
  environment: {
    ...environment,
    nodeVersion: '24.1.0',
    os: { ...environment.os, kernel: '6.1.0-18' },
  },
  backends: { ...backends, redisVersion: '7.0.15', natsVersion: '2.9.10' },
} as const

test.each<[string, Partial<RunFile>]>([
  ['Node', { environment: { ...here.environment, nodeVersion: '24.21.3' } }],
  [
    'the kernel',
    { environment: { ...here.environment, os: { ...here.environment.os, kernel: '6.8.1' } } },
  ],
  ['Redis', { backends: { ...here.backends, redisVersion: '7.4.0' } }],
  ['NATS', { backends: { ...here.backends, natsVersion: '2.12.0' } }],
  ['a client', { environment: { ...here.environment, packages: { ioredis: '9.9.9' } } }],
  ['the configuration', { backends: { ...here.backends, configurationHash: null } }],
])('a patch of %s ends no series', (_, change) => {
  expect(textOf({ ...here, ...change })).toBe(textOf(here))
})

test.each<[string, Partial<RunFile>]>([
  ['CPU model', { environment: { ...here.environment, cpuModel: 'x' } }],
  ['number of cores', { environment: { ...here.environment, cpuCores: 64 } }],
  ['number of available cores', { environment: { ...here.environment, availableCores: 63 } }],
  ['limit', { environment: { ...here.environment, cgroup: { cpuCores: 1.5, memoryBytes: null } } }],
  ['major version of Node', { environment: { ...here.environment, nodeVersion: '25.1.0' } }],
  ['major version of Redis', { backends: { ...here.backends, redisVersion: '8.0.0' } }],
  ['kind of backend', { backends: { ...here.backends, kind: 'containers' } }],
])('another %s does', (_, change) => {
  expect(textOf({ ...here, ...change })).not.toBe(textOf(here))
})

test('so does another technique of starting requests', () => {
  expect(textOf(here, 'timer')).not.toBe(textOf(here, 'clock'))
})
