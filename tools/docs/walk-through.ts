import { spawnSync } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { asRun, inDeployment } from './as-run.ts'
import { stepsOf, type Step } from './commands.ts'
import { openDeployment, type Deployment } from './deployment.ts'
import { flawsOfLoad, newRun } from './judge-load.ts'
import { flawsOf, isAwaited, MONITORED } from './output.ts'
import { readPage, ROOT, WALKED_PAGE } from './page.ts'
import { runCommand } from './run-command.ts'

// Follows a page against docker-compose, step by step, and removes everything it started.

/** Durations as they are written, instead of 3 s. */
const isFullLength = process.env['WALK_THROUGH_FULL_LENGTH'] === '1'
const COMMAND_TIMEOUT_MS = (isFullLength ? 15 : 5) * 60_000
const AWAITED_MS = 60_000
const LOAD = /^docker-compose run --rm loadtest (?:register|enumerate|multicast|mixed)\b/

const hasJq = spawnSync('jq', ['--version']).status === 0
const folder = fileURLToPath(ROOT)
const seen = new Set<string>()

describe(WALKED_PAGE, () => {
  let deployment: Deployment
  beforeAll(async () => {
    deployment = await openDeployment(folder)
    for (const note of deployment.notes) process.stdout.write(`${note}\n`)
  })
  afterAll(() => deployment?.remove())

  const timeout = COMMAND_TIMEOUT_MS + AWAITED_MS
  for (const step of stepsOf(readPage(WALKED_PAGE))) {
    test(`${step.place}: ${step.text}`, { timeout }, async ({ annotate }) => {
      const { monitorPort } = deployment
      const command = asRun(step, inDeployment({ monitorPort, hasJq, isFullLength }))
      if (command !== step.text) await annotate(`run as: ${command}`)
      const { flaws, printed } = await follow(step, command, deployment)
      expect(flaws, printed).toEqual([])
    })
  }
})

async function follow(
  step: Step,
  command: string,
  { env, results }: Deployment,
): Promise<{ readonly flaws: readonly string[]; readonly printed: string }> {
  const prelude = 'set -o pipefail'
  const shell = { folder, env, prelude, variables: null, timeoutMs: COMMAND_TIMEOUT_MS }
  const until = step.text === 'MONITOR' ? MONITORED : undefined
  const deadline = performance.now() + AWAITED_MS
  for (;;) {
    const ran = await runCommand(command, shell, until)
    const { printed } = ran
    const flaws = flawsOf(step, ran)
    if (flaws.length > 0 && isAwaited(step) && performance.now() < deadline) {
      await sleep(1_000)
      continue
    }
    if (flaws.length > 0 || !LOAD.test(step.text)) return { flaws, printed }
    const { run, flaws: ofFiles } = await newRun(results, seen)
    const ofLoad = run === null ? [] : flawsOfLoad(run, step.expected)
    return { flaws: [...ofFiles, ...ofLoad], printed }
  }
}
