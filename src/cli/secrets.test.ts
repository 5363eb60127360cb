import { mkdirSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  CONFIGURATION_FILE,
  findProgram,
  startNatsProgram,
  startRedisProgram,
  type ServerProgram,
} from '../environment/programs.ts'
import { ended, startCommand, useFolderOfAll } from './testing/command.ts'

/** Its characters have to be encoded in an address, so it is searched for by its beginning. */
const SECRET = 'hushCanary/%7@'
const CANARY = /hushCanary/
const PATIENCE = { timeout: 60_000 }

if (findProgram('redis-server') !== undefined && findProgram('nats-server') !== undefined) {
  describe.concurrent('Secrets (needs redis-server and nats-server on the PATH)', () => {
    const folder = useFolderOfAll()
    let redis: ServerProgram
    let nats: ServerProgram
    let servers: Record<string, string>

    beforeAll(async () => {
      const users = `--user ann on >${SECRET} ~* &* +@all --user default off`.split(' ')
      redis = await startRedisProgram({ extraArgs: users })
      const authorization = `authorization { user: ann, password: "${SECRET}" }\n`
      nats = await startNatsProgram({ files: { [CONFIGURATION_FILE]: authorization } })
      servers = {
        REDIS_URL: redis.url,
        REDIS_USERNAME: 'ann',
        REDIS_PASSWORD: SECRET,
        NATS_URL: nats.url,
        NATS_USER: 'ann',
        NATS_PASSWORD: SECRET,
      }
    }, 60_000)

    afterAll(async () => {
      await Promise.all([redis, nats].map((server) => server?.stop()))
    })

    test(
      'no file, output, live page, command line or report of a load has one',
      PATIENCE,
      async () => {
        const results = join(folder(), 'load')
        mkdirSync(results)
        const stream = join(results, 'stream.jsonl')
        const args = ['mixed', '-r', '20', '-d', '2s', '--with-subscribers', '--live', '--stream']
        const child = startCommand([...args, stream, '--out', results], {
          ...servers,
          // Node writes a report at this signal, for which tests needn't crash it.
          NODE_OPTIONS: `--report-on-signal --report-directory=${results}`,
        })
        const printed = ended(child)
        let live = ''
        child.stdout?.on('data', (chunk: Buffer) => {
          live ||= /http:\/\/[\w.:]+\/\S*/.exec(String(chunk))?.[0] ?? ''
        })
        const seen: string[] = []
        while (child.exitCode === null) {
          const family = familyOf(child.pid ?? 0)
          seen.push(...family.map(commandLineOf))
          // By the first second of the load, all processes have begun.
          if (/"event":"interval"/.test(contentOf(stream)) && !seen.includes('fetched')) {
            const pages = await Promise.all([live, `${live}events`].map(beginningOf))
            seen.push(...pages, 'fetched')
            for (const pid of family) signal(pid)
          }
          await sleep(50)
        }
        const { exitCode, stdout, stderr } = await printed
        expect(exitCode, stderr).not.toBe(2)
        expect(seen).toContain('fetched')
        const files = readdirSync(results)
        expect(files.filter((name) => name.startsWith('report.')).length).toBeGreaterThan(1)
        expect(files.length).toBeGreaterThan(6)
        expect([stdout, stderr, ...seen].filter((text) => CANARY.test(text))).toEqual([])
        expect(files.filter((name) => CANARY.test(writtenIn(join(results, name))))).toEqual([])
      },
    )

    test('nor have scenarios that fail, in JUnit, summaries and pages', PATIENCE, async () => {
      const results = join(folder(), 'bench')
      mkdirSync(results)
      const file = (name: string): string => join(results, name)
      writeFileSync(file('summary.md'), '')
      const names = ['throws', 'unprepared']
      const args = ['bench', ...names, '--results', results, '--junit', file('junit.xml')]
      const { stdout, stderr } = await ended(
        startCommand(args, {
          ...servers,
          GITHUB_STEP_SUMMARY: file('summary.md'),
          BENCH_STACK: '1',
        }),
      )
      expect(contentOf(file('summary.md'))).not.toBe('')
      expect(contentOf(file('junit.xml'))).not.toBe('')
      expect([stdout, stderr].filter((text) => CANARY.test(text))).toEqual([])
      expect(readdirSync(results).filter((name) => CANARY.test(contentOf(file(name))))).toEqual([])
    })

    test.each([
      ['a wrong password of Redis', { REDIS_PASSWORD: 'hushCanary/wrong' }, /Redis at .* refused/],
      ['a wrong password of NATS', { NATS_PASSWORD: 'hushCanary/wrong' }, /NATS at .* refused/],
    ])('an error about %s has none', PATIENCE, async (_, env, message) => {
      const args = ['register', '--out', folder()]
      const child = startCommand(args, { ...servers, ...env, BENCH_STACK: '1' })
      const { exitCode, stdout, stderr } = await ended(child)
      expect(stderr).toMatch(message)
      expect(exitCode).toBe(2)
      expect(stdout + stderr).not.toMatch(CANARY)
    })
  })
}

/** A process and those below it. */
function familyOf(pid: number): readonly number[] {
  const children = contentOf(`/proc/${pid}/task/${pid}/children`).split(' ').filter(Boolean)
  return [pid, ...children.flatMap((child) => familyOf(Number(child)))]
}

function commandLineOf(pid: number): string {
  return contentOf(`/proc/${pid}/cmdline`).replaceAll('\0', ' ')
}

function signal(pid: number): void {
  // Vitest's own, without any of our code.
  if (commandLineOf(pid).startsWith('vitest-watchdog')) return
  try {
    if (readlinkSync(`/proc/${pid}/exe`).endsWith('/node')) process.kill(pid, 'SIGUSR2')
  } catch {
    // It has ended.
  }
}

/** A file's content; of a report, what Node can leave out: the environment comes with each thread, whatever is set. */
function writtenIn(path: string): string {
  const content = contentOf(path)
  if (!basename(path).startsWith('report.')) return content
  return JSON.stringify({ ...JSON.parse(content), workers: [] })
}

/** What a server sends within a moment, also if it never ends. */
async function beginningOf(url: string): Promise<string> {
  let text = ''
  try {
    const { body } = await fetch(url, { signal: AbortSignal.timeout(300) })
    for await (const chunk of body ?? []) text += Buffer.from(chunk).toString()
  } catch {
    // The time is up.
  }
  return text
}

function contentOf(path: string): string {
  try {
    return readFileSync(path, 'latin1')
  } catch {
    return ''
  }
}
