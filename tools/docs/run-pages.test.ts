import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import {
  missingPrograms,
  startNatsProgram,
  startRedisProgram,
  type ServerProgram,
} from '../../src/environment/programs.ts'
import { scenarioFiles } from '../../src/gate/rounds/scenario-files.ts'
import { asRun, inCopy } from './as-run.ts'
import { scriptsOf, stepsOf } from './commands.ts'
import { filesOf } from './files.ts'
import { jointRunsOf } from './joint-runs.ts'
import { NOT_RUN } from './not-run.ts'
import { flawsOf } from './output.ts'
import { readPages, WALKED_PAGE } from './page.ts'
import { planOf } from './plan.ts'
import { runCommand, userEnvironment, type Ran } from './run-command.ts'
import { makeScratchProject, type ScratchProject } from './scratch-project.ts'

const COMMAND_TIMEOUT_MS = 85_000
const TEST_TIMEOUT_MS = 90_000

const pages = readPages()
const files = filesOf(pages)
const scripts = pages.flatMap((page) => scriptsOf(page).map((script) => ({ page, script })))

test('every command that is not run is in a page', () => {
  const texts = new Set(scripts.flatMap(({ script }) => script.map(({ text }) => text)))
  expect([...NOT_RUN.keys()].filter((text) => !texts.has(text))).toEqual([])
})

test('only the page that `npm run walk-through` follows has bash blocks', () => {
  const walked = pages.filter((page) => stepsOf(page).length > 0)
  expect(walked.map(({ path }) => path)).toEqual([WALKED_PAGE])
})

// Commands do the same on any backend, so one is enough.
if (process.env['BENCH_BACKEND'] !== 'containers') {
  describe('a copy of the project', () => {
    const missingServers = missingPrograms()
    beforeEach(({ skip }) => skip(missingServers !== undefined, missingServers))

    let project: ScratchProject
    let redis: ServerProgram
    let nats: ServerProgram
    beforeAll(async () => {
      if (missingServers !== undefined) return
      project = makeScratchProject(files)
      ;[redis, nats] = await Promise.all([startRedisProgram(), startNatsProgram()])
    }, 30_000)
    afterAll(async () => {
      if (missingServers !== undefined) return
      await Promise.all([redis.stop(), nats.stop()])
      project.remove()
    })

    test(
      'every file that a page tells its reader to write passes the type check',
      { timeout: 180_000 },
      () => {
        expect(typeErrors(project.folder).filter((line) => files.has(fileIn(line)))).toEqual([])
      },
    )

    const plan = planOf(scripts.map(({ script }) => script)).map((script, index) => ({
      script,
      page: scripts[index]?.page.path ?? '',
    }))
    // A longer script needs its commands in their order, and what a page exports is for its own commands.
    const exporting = new Set(
      plan
        .filter(({ script }) => script.some(({ text }) => text.startsWith('export ')))
        .map(({ page }) => page),
    )
    const joint = jointRunsOf(
      plan.flatMap(({ script, page }) =>
        script.length === 1 && !exporting.has(page) ? script : [],
      ),
    )
    const ranJointly = new Map<string, Ran>()
    for (const { script, page } of plan) {
      const [first] = script
      if (first === undefined) continue
      const more = script.length === 1 ? '' : ` and ${script.length - 1} more`
      const run = script.length === 1 && !exporting.has(page) ? joint.get(first.text) : undefined
      test(
        `${first.place}: ${first.text}${more}`,
        { timeout: (run?.size ?? script.length) * TEST_TIMEOUT_MS },
        async () => {
          const shell = {
            folder: project.folder,
            env: userEnvironment({
              BENCH_BACKEND: 'programs',
              BENCH_DURATION: '1s',
              GITHUB_STEP_SUMMARY: join(project.folder, '.git/summary.md'),
            }),
            // Servers that a page names take precedence over those of the tests.
            prelude: '[ -z "${REDIS_URL:-}" ] || unset BENCH_BACKEND',
            variables: join(project.folder, '.git', `variables-of-${page.replaceAll('/', '-')}`),
            timeoutMs: (run?.size ?? 1) * COMMAND_TIMEOUT_MS,
          }
          const changes = inCopy({ redisUrl: redis.url, natsUrl: nats.url })
          for (const command of script) {
            const text = run?.text ?? command.text
            const ran =
              ranJointly.get(text) ??
              (await runCommand(asRun({ ...command, text }, changes), shell))
            if (run !== undefined) {
              ranJointly.set(text, ran)
              expect(scenarioFiles(join(project.folder, 'bench'), [run.scenario])).not.toEqual([])
            }
            const context = `${command.place}: ${command.text}\n${ran.printed}`
            expect.soft(flawsOf(command, ran), context).toEqual([])
          }
        },
      )
    }
  })
}

/** Lines such as `bench/heartbeat.load.ts(1,2): error TS…`. */
function typeErrors(folder: string): readonly string[] {
  try {
    execFileSync('node_modules/.bin/tsc', ['--noEmit'], { cwd: folder, encoding: 'utf8' })
    return []
  } catch (error) {
    if (!(error instanceof Error) || !('stdout' in error)) throw error
    const lines = String(error.stdout).split('\n')
    // Without an error in a file, it checked none.
    if (!lines.some((line) => /^\S+\(\d+,\d+\): error /.test(line))) throw error
    return lines
  }
}

function fileIn(line: string): string {
  return line.slice(0, line.indexOf('('))
}
