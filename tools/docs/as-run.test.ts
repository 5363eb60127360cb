import { expect, test } from 'vitest'
import { asRun, inCopy, inDeployment } from './as-run.ts'

const SERVERS = { redisUrl: 'redis://127.0.0.1:7001', natsUrl: 'nats://127.0.0.1:7002' }
const MACHINE = { monitorPort: 8_222, hasJq: true, isFullLength: false }

function command(text: string, typedInto: string | null = null) {
  return { text, place: 'page.md:1', shown: [], typedInto, expected: [] }
}

test.each([
  ['npm run bench -- register --duration 30s', 'npm run bench -- register --duration 1s'],
  ['npm run gate -- --base main --budget 20m', 'npm run gate -- --base main --budget 15s'],
  ['npm run trend -- --simulate --series 24', 'npm run trend -- --simulate --series 4'],
  ['REDIS_URL=redis://localhost:6379', 'REDIS_URL=redis://127.0.0.1:7001'],
])('in a copy of the project, %s is %s', (written, run) => {
  expect(asRun(command(written), inCopy(SERVERS))).toBe(run)
})

test('a load against docker-compose takes 3 s, unless full length is chosen', () => {
  const written = 'docker-compose run --rm loadtest mixed -r 100 -d 60s'
  const run = written.replace('60s', '3s')
  expect(asRun(command(written), inDeployment(MACHINE))).toBe(run)
  expect(asRun(command(written), inDeployment({ ...MACHINE, isFullLength: true }))).toBe(written)
})

test.each([
  ['docker-compose up -d redis nats', 'docker-compose up -d redis nats'],
  ['sh -c "apk add redis && redis-cli ping"', 'sh -c "redis-cli ping"'],
  ['curl http://localhost:8222/varz | jq', 'curl http://localhost:9/varz'],
])('against docker-compose, %s is %s', (written, run) => {
  const changes = inDeployment({ ...MACHINE, monitorPort: 9, hasJq: false })
  expect(asRun(command(written), changes)).toBe(run)
})

test('a client gets its commands without a terminal', () => {
  const client = 'docker exec -it poc4-redis redis-cli'
  expect(asRun(command("GET it's", client), inDeployment(MACHINE))).toBe(
    `echo 'GET it'\\''s' | docker exec -i poc4-redis redis-cli`,
  )
})
