import { expect, test } from 'vitest'
import { fingerprintOf } from '../provenance/environment-fields.ts'
import { registrySystem, runOf } from '../testing/run-fixture.ts'
import type { RunFile } from '../run-file.ts'
import { seriesText } from './series-text.ts'

const run = runOf([])
const { environment } = run
const textOf = (change: Partial<RunFile>, dispatch = 'clock'): string =>
  seriesText(fingerprintOf(runOf([], change)), dispatch)
const here = {
  environment: {
    ...environment,
    nodeVersion: '24.1.0',
    os: { ...environment.os, kernel: '6.1.0-18' },
  },
} as const

test.each<[string, Partial<RunFile>]>([
  ['Node', { environment: { ...here.environment, nodeVersion: '24.21.3' } }],
  [
    'the kernel',
    { environment: { ...here.environment, os: { ...here.environment.os, kernel: '6.8.1' } } },
  ],
  ['Redis', { system: registrySystem({ redisVersion: '7.4.0' }) }],
  ['NATS', { system: registrySystem({ natsVersion: '2.12.0' }) }],
  ['a client', { environment: { ...here.environment, packages: { ioredis: '9.9.9' } } }],
  ['the configuration', { system: registrySystem({ configurationHash: null }) }],
])('a patch of %s continues the series', (_, change) => {
  expect(textOf({ ...here, ...change })).toBe(textOf(here))
})

test.each<[string, Partial<RunFile>]>([
  ['CPU model', { environment: { ...here.environment, cpuModel: 'x' } }],
  ['number of cores', { environment: { ...here.environment, cpuCores: 64 } }],
  ['number of available cores', { environment: { ...here.environment, availableCores: 63 } }],
  ['limit', { environment: { ...here.environment, cgroup: { cpuCores: 1.5, memoryBytes: null } } }],
  ['major version of Node', { environment: { ...here.environment, nodeVersion: '25.1.0' } }],
  ['major version of Redis', { system: registrySystem({ redisVersion: '8.0.0' }) }],
  ['kind of backend', { system: registrySystem({ kind: 'containers' }) }],
])('another %s starts a new series', (_, change) => {
  expect(textOf({ ...here, ...change })).not.toBe(textOf(here))
})

test('another technique of starting requests starts a new series', () => {
  expect(textOf(here, 'timer')).not.toBe(textOf(here, 'clock'))
})

test('a cluster and a single server are series of their own, and their environments differ', () => {
  const { servers, ...system } = registrySystem()
  const clustered = (topology: string): RunFile['system'] => ({
    ...system,
    servers: servers.map((server) => ({ ...server, topology })),
  })
  const [three, six] = [clustered('cluster of 3'), clustered('cluster of 6')]
  const texts = [run.system, three, six].map((one) => textOf({ system: one }))
  expect(new Set(texts).size).toBe(3)
  expect(fingerprintOf(runOf([], { system: three })).get('topology: Redis')).toBe('cluster of 3')
})
