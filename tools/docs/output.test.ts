import { expect, test } from 'vitest'
import { flawsOf, linesNotPrinted } from './output.ts'

const shown = [
  'register  600  1.56 ms',
  '  met  all  success rate  > 99 %',
  '  5 of 10 s   500 requests   100/s',
]

test('figures, units and outcomes may differ, and lines of progress may be missing', () => {
  const printed = 'register    40   835 µs\n  missed  all  success rate  > 99 %   12 %'
  expect(linesNotPrinted(shown, printed)).toEqual([])
})

test('the line at the end of a run may say another outcome, but has to be there', () => {
  const ending = ['All 11 SLOs are met. Measurement valid. 1 scenario in 15 s.']
  const missed =
    'Missed: register P95 41.0 ms, bound 30 ms. Measurement degraded. 1 scenario in 9 s.'
  expect(linesNotPrinted(ending, missed)).toEqual([])
  expect(linesNotPrinted(ending, 'register 600')).toEqual(ending)
})

test.each([
  ['another word', 'enumerate 600 1.56 ms\nmet all success rate', [shown[0]]],
  ['words in another order', 'register 600\nmet success rate all', [shown[1]]],
  ['no line', '', shown.slice(0, 2)],
])('%s does not match the page', (_, printed, missing) => {
  expect(linesNotPrinted(shown, printed)).toEqual(missing)
})

function isGood(text: string, printed: string, exitCode: number | null = 0): boolean {
  const command = { text, place: 'page.md:1', shown: [] }
  return flawsOf(command, { printed, exitCode }).length === 0
}

test('a command that fails is reported, whatever it printed', () => {
  expect(isGood('docker-compose build loadtest', '', 1)).toBe(false)
  expect(isGood('docker-compose ps', 'poc4-nats   Up (healthy)', 1)).toBe(false)
  expect(isGood('npm run trend', '', null)).toBe(false)
})

test('a load may be inconclusive; one in a copy of the project may also miss its SLO', () => {
  const inContainer = 'docker-compose run --rm loadtest mixed -r 100 -d 60s'
  expect(isGood(inContainer, '', 3)).toBe(true)
  expect(isGood(inContainer, '', 1)).toBe(false)
  expect(isGood('npm run bench -- mixed', '', 1)).toBe(true)
  expect(isGood('npm run bench -- mixed', '', 2)).toBe(false)
})

test('all containers have to be healthy', () => {
  expect(isGood('docker-compose ps', 'a  Up (healthy)\nb  Up (healthy)')).toBe(true)
  expect(isGood('docker-compose ps', 'a  Up (healthy)\nb  Up (health: starting)')).toBe(false)
  expect(isGood('docker-compose ps', 'a  Up (healthy)\nb  Exit 1')).toBe(false)
  expect(isGood('docker-compose ps', '')).toBe(false)
})

test('a database without identities does not pass', () => {
  expect(isGood('DBSIZE', '302')).toBe(true)
  expect(isGood('DBSIZE', '2')).toBe(false)
  expect(isGood('DBSIZE', 'ERR')).toBe(false)
})

test('a registration has the fields that users look at', () => {
  const fields = ['id', 'a', 'metadata', '{"status":"online"}', 'registered_at', '1', 'expires_at']
  expect(isGood('HGETALL loadtest:a', fields.join('\n'))).toBe(true)
  expect(isGood('HGETALL loadtest:a', fields.slice(0, 6).join('\n'))).toBe(false)
  expect(isGood('HGETALL loadtest:a', '')).toBe(false)
})

test('monitoring answers in JSON, after the progress that curl prints', () => {
  expect(isGood('curl http://localhost:8222/varz | jq', '  0  100\n{"server_id": "N"}')).toBe(true)
  const interleaved = '{\n  "server_id": "N"\n100  1570  0 --:--:--  306k\n}'
  expect(isGood('curl http://localhost:8222/varz', interleaved)).toBe(true)
  expect(isGood('curl http://localhost:8222/varz', '404 page not found')).toBe(false)
})
