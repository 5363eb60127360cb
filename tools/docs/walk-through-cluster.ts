import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openDeployment, type Deployment } from './deployment.ts'
import { flawsOfLoad, newRun } from './judge-load.ts'
import { ROOT } from './page.ts'
import { runCommand, type Ran } from './run-command.ts'

// Follows the part of docs/backends.md on docker-compose.cluster.yml, and removes everything it started.

const COMMAND_TIMEOUT_MS = 150_000
const LOAD = 'docker-compose run --rm -T loadtest mixed -r 50 -d 3s'
/** Longer than a replica takes to replace its primary: about 8 s. */
const LONG_LOAD = `docker-compose run --rm -T loadtest register -r 50 -d 25s --report-interval 1s --slo 'success>10%' --slo 'unavailable<=20s'`
/** The primary of the namespace `loadtest`, whose slot is 13464. */
const PRIMARY = 'redis-3'

const folder = fileURLToPath(ROOT)
const seen = new Set<string>()

describe('docker-compose.cluster.yml', { timeout: 2 * COMMAND_TIMEOUT_MS }, () => {
  let deployment: Deployment
  beforeAll(async () => {
    deployment = await openDeployment(folder, 'cluster')
  })
  afterAll(() => deployment?.remove())

  async function run(command: string): Promise<Ran> {
    const prelude = 'set -o pipefail'
    const shell = { folder, prelude, variables: null, timeoutMs: COMMAND_TIMEOUT_MS }
    const ran = await runCommand(command, { ...shell, env: deployment.env })
    process.stdout.write(`$ ${command}\n${ran.printed}\n`)
    return ran
  }

  test('starts three primaries, three replicas and three NATS servers, and a load succeeds on them', async () => {
    const { exitCode, printed } = await run(LOAD)
    // 3: a busy machine may make a load inconclusive, and whether its requests succeeded is judged here.
    expect([0, 3], printed).toContain(exitCode)
    expect(printed).toContain('cluster of 3 primaries and 3 replicas')
    const { run: file, flaws } = await newRun(deployment.results, seen)
    expect([...flaws, ...(file === null ? [] : flawsOfLoad(file, []))], printed).toEqual([])
  })

  test('a load outlives the death of a primary, and says for how long nothing succeeded', async () => {
    // Killed only with a replica to take over, and once requests have succeeded.
    const killed = [
      `until docker-compose exec -T ${PRIMARY} redis-cli INFO replication | grep -q state=online; do sleep 1; done`,
      `${LONG_LOAD} >"$RESULTS_FOLDER/../killed.log" 2>&1 & load=$!`,
      `until grep -q ' of 25 s' "$RESULTS_FOLDER/../killed.log"; do kill -0 $load || break; sleep 0.2; done`,
      `docker kill "$(docker-compose ps -q ${PRIMARY})" >/dev/null`,
      'status=0; wait $load || status=$?; cat "$RESULTS_FOLDER/../killed.log"; (exit $status)',
    ]
    const { exitCode, printed } = await run(killed.join('\n'))
    expect([0, 3], printed).toContain(exitCode)
    const { run: file, flaws } = await newRun(deployment.results, seen)
    expect(flaws, printed).toEqual([])
    const [scenario] = file?.scenarios ?? []
    if (scenario?.state !== 'measured') throw new Error(`Nothing was measured.\n${printed}`)
    const [register] = scenario.result.operations
    expect(register?.unavailableMs, printed).toBeGreaterThan(1_000)
    expect(register?.unavailableMs, printed).toBeLessThan(20_000)
    expect(register?.counts.ok, printed).toBeGreaterThan(0)
  })
})
