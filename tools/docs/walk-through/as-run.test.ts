import { expect, test } from 'vitest'
import { asRun, type Machine } from './as-run.ts'

const MACHINE: Machine = { monitorPort: 8_222, hasJq: true, isFullLength: false }

function commandOf(text: string, machine: Partial<Machine> = {}, typedInto: string | null = null) {
  const how = asRun(
    { text, place: 'page.md:1', typedInto, expected: [] },
    { ...MACHINE, ...machine },
  )
  return how.kind === 'run' ? how.command : how.leftOut
}

test.each([
  ['-r 100 -d 60s', '-r 100 -d 3s'],
  ['-r 100 -d 600s', '-r 100 -d 3s'],
  ['-r 100 -d 5s', '-r 100 -d 2s'],
])('a load of %s is one of %s', (written, run) => {
  const command = 'docker-compose run --rm loadtest mixed '
  expect(commandOf(command + written)).toBe(command + run)
  expect(commandOf(command + written, { isFullLength: true })).toBe(command + written)
})

test('another -d is no duration', () => {
  expect(commandOf('docker-compose up -d redis nats')).toBe('docker-compose up -d redis nats')
})

test('what is typed into a client is given to it without a terminal', () => {
  const client = 'docker exec -it poc4-redis redis-cli'
  expect(commandOf("GET it's", {}, client)).toBe(
    `echo 'GET it'\\''s' | docker exec -i poc4-redis redis-cli`,
  )
})

test('the monitoring port is the one that NATS has', () => {
  const curl = 'curl http://localhost:8222/varz'
  expect(commandOf(curl)).toBe(curl)
  expect(commandOf(curl, { monitorPort: 9 })).toBe('curl http://localhost:9/varz')
})

test('whatever is not run has a reason', () => {
  const step = { place: 'page.md:1', typedInto: null, expected: [] }
  const apk = 'docker-compose run --rm loadtest sh -c "apk add redis && redis-cli -h redis ping"'
  for (const text of ['cd deployments', apk, 'curl http://localhost:8222/varz | jq']) {
    const { leftOut } = asRun({ ...step, text }, { ...MACHINE, hasJq: false })
    expect(leftOut).toHaveLength(1)
    expect(leftOut[0]?.reason).not.toBe('')
  }
  expect(commandOf(apk)).toBe('docker-compose run --rm loadtest sh -c "redis-cli -h redis ping"')
})
