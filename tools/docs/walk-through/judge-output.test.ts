import { expect, test } from 'vitest'
import { judgeOutput } from './judge-output.ts'

function holds(command: string, printed: string, exitCode = 0): boolean {
  return judgeOutput(command, { printed, exitCode }).every((check) => check.holds !== false)
}

test('a command that failed failed, whatever it printed', () => {
  expect(holds('docker-compose build loadtest', '', 1)).toBe(false)
  expect(holds('docker-compose ps', 'poc4-nats   Up (healthy)', 1)).toBe(false)
})

test('servers are there when all of them are healthy', () => {
  expect(holds('docker-compose ps', 'a  Up (healthy)\nb  Up (healthy)')).toBe(true)
  expect(holds('docker-compose ps', 'a  Up (healthy)\nb  Up (health: starting)')).toBe(false)
  expect(holds('docker-compose ps', 'a  Up (healthy)\nb  Exit 1')).toBe(false)
  expect(holds('docker-compose ps', '')).toBe(false)
})

test('an empty database has no identities', () => {
  expect(holds('DBSIZE', '302')).toBe(true)
  expect(holds('DBSIZE', '2')).toBe(false)
  expect(holds('DBSIZE', 'ERR')).toBe(false)
})

test('a registration has the fields that users look at', () => {
  const fields = [
    'id',
    'a',
    'metadata',
    '{"status":"online"}',
    'registered_at',
    '1',
    'expires_at',
    '2',
  ]
  expect(holds('HGETALL loadtest:a', fields.join('\n'))).toBe(true)
  expect(holds('HGETALL loadtest:a', fields.slice(0, 6).join('\n'))).toBe(false)
  expect(holds('HGETALL loadtest:a', '')).toBe(false)
})

test('monitoring answers in JSON, whatever curl says of its progress', () => {
  expect(holds('curl http://localhost:8222/varz | jq', '  0  100\n{"server_id": "N"}')).toBe(true)
  expect(holds('curl http://localhost:8222/varz', '404 page not found')).toBe(false)
})
