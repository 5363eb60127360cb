import { expect, test } from 'vitest'
import { seriesText } from '../history/series-text.ts'
import { historyRows } from '../history/history-rows.ts'
import type { RunFile } from '../run-file.ts'
import { registrySystem, runOf, scenarioOf } from '../testing/run-fixture.ts'
import { environmentKey, fingerprintOf } from './environment-fields.ts'

const MACHINE =
  '["CPU model","a processor"],["CPU cores","2"],["available cores","2"],["cgroup CPU limit","none"],["cgroup memory limit","none"]'
const REST = `["generators","one"],["dispatch","none"],${MACHINE},["kernel","linux x64 6.1.0"],["Node","24.21.0"],["ioredis","6.0.0"],["@nats-io/transport-node","3.4.0"]]`
const SERVERS = '["Redis","7.0.15"],["NATS","2.9.10"],["server configuration","0123456789abcdef"]'
const ADDRESSES = '["server addresses","redis://127.0.0.1:6379, nats://127.0.0.1:4222"]'

test.each<[kind: string, run: RunFile, key: string]>([
  ['programs', runOf([]), `[["backend","programs"],${SERVERS},${REST}`],
  [
    'external servers',
    runOf([], { system: registrySystem({ kind: 'external' }) }),
    `[["backend","external"],${SERVERS},${ADDRESSES},${REST}`,
  ],
  [
    'memory',
    runOf([], { system: { kind: 'memory', notice: '' } }),
    `[["backend","memory"],${REST}`,
  ],
])('runs of %s keep the key that they had before schema version 6', (_, run, key) => {
  expect(environmentKey(run)).toBe(key)
})

test('a series of Redis and NATS continues from before schema version 6', () => {
  expect(seriesText(fingerprintOf(runOf([])), 'clock')).toBe(
    `[["backend","programs"],["Redis","7"],["NATS","2"],["generators","one"],${MACHINE},["kernel","linux x64"],["Node","24"],["dispatch","clock"]]`,
  )
})

/** A run of a user's own server, recorded with its client. */
function runOfServer(version: string): RunFile {
  const { environment } = runOf([])
  const servers = [{ name: 'Node', version, addresses: ['http://127.0.0.1:80'] }]
  return runOf([scenarioOf('orders')], {
    system: { kind: 'programs', servers, configurationHash: null },
    environment: { ...environment, packages: { vitest: '5.1.1', pg: '8.16.3' } },
  })
}

test('systems are distinguished by their servers and clients, whatever their names', () => {
  const fields = fingerprintOf(runOfServer('3.1.4'))
  expect(fields.get('server: Node')).toBe('3.1.4')
  expect(fields.get('Node')).toBe('24.21.0')
  expect(fields.get('pg')).toBe('8.16.3')
  expect([...fields.keys()].join()).not.toMatch(/redis|nats/i)
})

test('a series of another system ends with a major version of its server', () => {
  const textOf = (version: string) => seriesText(fingerprintOf(runOfServer(version)), 'clock')
  expect(textOf('3.2.0')).toBe(textOf('3.1.4'))
  expect(textOf('4.0.0')).not.toBe(textOf('3.1.4'))
})

test('the history names the system, and leaves cells of Redis and NATS empty', () => {
  const [row] = historyRows(runOfServer('3.1.4'))
  expect(row).toMatchObject({
    environment: expect.stringMatching(/^Node 3\.1\.4 \(programs\), Node 24\.21\.0, /),
    redisVersion: '',
    natsVersion: '',
    redisClientVersion: '',
    referenceRedisP50Ms: null,
  })
  const [undeclared] = historyRows({ ...runOfServer(''), system: { kind: 'undeclared' } })
  expect(undeclared?.environment).toMatch(/^undeclared, Node 24\.21\.0, /)
})
