import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import {
  missingPrograms,
  startNatsProgram,
  startRedisProgram,
  type ServerProgram,
} from '../../../src/environment/programs.ts'
import { allowedExitCodes } from './as-tested.ts'
import { scriptsOf } from './commands.ts'
import { filesOf } from './files.ts'
import { NOT_RUN } from './not-run.ts'
import { readPages } from './pages.ts'
import { planOf } from './plan.ts'
import { runScript } from './run-script.ts'
import { makeScratchProject, type ScratchProject } from './scratch-project.ts'
import { linesNotPrinted } from './shown-output.ts'

const pages = readPages()
const files = filesOf(pages)
const scripts = pages.flatMap((page) => scriptsOf(page).map((script) => ({ page, script })))

test('a command that is not run is one of a page', () => {
  const texts = new Set(scripts.flatMap(({ script }) => script.map(({ text }) => text)))
  expect([...NOT_RUN.keys()].filter((text) => !texts.has(text))).toEqual([])
})

test('only the page that tools/docs/walk-through/ follows has its commands in bash blocks', () => {
  const isBash = ({ blocks }: (typeof pages)[number]): boolean =>
    blocks.some(({ language }) => language === 'bash')
  expect(pages.filter(isBash).map(({ path }) => path)).toEqual([
    'docs/coming-from-prism-loadtest.md',
  ])
})

// A command does the same wherever its servers come from: once is enough.
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
      'has the types right in every file that a page tells to write',
      { timeout: 180_000 },
      () => {
        expect(typeErrors(project.folder).filter((line) => files.has(fileIn(line)))).toEqual([])
      },
    )

    const plan = planOf(scripts.map(({ script }) => script)).map((script, index) => ({
      script,
      page: scripts[index]?.page.path ?? '',
    }))
    for (const { script, page } of plan) {
      const [first] = script
      if (first === undefined) continue
      const more = script.length === 1 ? '' : ` and ${script.length - 1} more`
      test(`${first.place}: ${first.text}${more}`, { timeout: 90_000 }, async () => {
        const runs = await runScript(script, {
          folder: project.folder,
          servers: { redisUrl: redis.url, natsUrl: nats.url },
          variables: `variables-of-${page.replaceAll('/', '-')}`,
          env: {
            BENCH_BACKEND: 'programs',
            BENCH_DURATION: '1s',
            GITHUB_STEP_SUMMARY: join(project.folder, '.git/summary.md'),
          },
        })
        for (const { command, exitCode, printed } of runs) {
          const ran = `${command.place}: ${command.text}\n${printed}`
          expect.soft(allowedExitCodes(command.text), ran).toContain(exitCode)
          expect.soft(linesNotPrinted(command.shown, printed), ran).toEqual([])
        }
      })
    }
  })
}

/** Lines of the compiler's: `bench/heartbeat.load.ts(1,2): error TS…`. */
function typeErrors(folder: string): readonly string[] {
  try {
    execFileSync('npm', ['run', '--silent', 'typecheck'], { cwd: folder, encoding: 'utf8' })
    return []
  } catch (error) {
    if (!(error instanceof Error) || !('stdout' in error)) throw error
    return String(error.stdout).split('\n')
  }
}

function fileIn(line: string): string {
  return line.slice(0, line.indexOf('('))
}
