import { spawn, type ChildProcess } from 'node:child_process'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { hostAndPort } from '../environment/addresses.ts'
import type { ServerBackends } from '../environment/backends.ts'
import { missingPrograms } from '../environment/programs.ts'
import { startBackends, type StartedBackends } from '../environment/start-backends.ts'
import { connectRegistry } from '../registry/connect.ts'
import type { MulticastRegistry } from '../registry/registry.ts'
import { readRunFile } from '../run-file/read/read-run-file.ts'
import type { RunFile, ScenarioEntry } from '../run-file/run-file.ts'
import { ended, runFilesIn, startCommand, useResultsFolder, type Ended } from './testing/command.ts'
import { refusalOf } from './testing/refusal.ts'

const missingServers = missingPrograms()
beforeEach(({ skip }) => skip(missingServers !== undefined, missingServers))

/** The time allowed for a command on a busy machine. */
const PATIENCE = { timeout: 90_000 }
/** 0, or 3 where the machine was too busy for a measurement. */
const MEASURED = expect.toBeOneOf([0, 3])
/** A load test's prefix of payloads; see `stamp.ts`. */
const STAMP_BYTES = 21
const PASSWORD = 'open %sesame'

let started: StartedBackends | null = null
let servers: ServerBackends
let redis: Redis
beforeAll(async () => {
  if (missingServers !== undefined) return
  started = await startBackends({ choice: 'programs', onProgress: () => {} })
  if (started.backends.kind === 'memory') throw new Error('these tests need servers')
  servers = started.backends
  redis = new Redis(servers.redisUrl)
  await redis.call('ACL', 'SETUSER', 'default', 'resetpass', `>${PASSWORD}`)
})
afterAll(async () => {
  redis?.disconnect()
  await started?.stop()
})

const folder = useResultsFolder()

/** The addresses as flags; of two NATS servers, the first is not there. */
function addresses(): readonly string[] {
  const nats = `127.0.0.1:1,${servers.natsUrls.map(hostAndPort).join(',')}`
  const redisAddr = hostAndPort(servers.redisUrl)
  return ['--redis-addr', redisAddr, '--redis-password', PASSWORD, '--nats-servers', nats]
}

function start(args: readonly string[], env: Record<string, string> = {}): ChildProcess {
  return startCommand([...args, '--out', folder()], env)
}

function loadtest(args: readonly string[], env: Record<string, string> = {}): Promise<Ended> {
  return ended(start([...args, ...addresses()], env))
}

async function registryOf(namespace: string): Promise<MulticastRegistry> {
  const url = new URL(servers.redisUrl)
  url.password = encodeURIComponent(PASSWORD)
  return connectRegistry({
    redisUrl: url.href,
    natsUrls: servers.natsUrls,
    namespace,
  })
}

async function identitiesIn(namespace: string): Promise<readonly string[]> {
  const keys = await redis.keys(`${namespace}:*`)
  const prefix = `${namespace}:`
  return keys.map((key) => key.slice(prefix.length)).filter((key) => !key.startsWith('~'))
}

function only(run: RunFile): ScenarioEntry & { state: 'measured' } {
  const [scenario, ...others] = run.scenarios
  expect(others).toEqual([])
  if (scenario?.state !== 'measured') throw new Error(`measured nothing: ${scenario?.error}`)
  return scenario
}

describe('prism-loadtest', () => {
  test(
    'register, enumerate and multicast see the same identities from different processes',
    PATIENCE,
    async () => {
      const register = await loadtest(['register', '-r', '100', '-d', '1s', '--ttl', '500'])
      expect(register).toMatchObject({ exitCode: MEASURED, stderr: '' })
      expect(register.stdout).toMatch(
        /100 requests, success 100 %, throughput [\d.]+\/s, P50 .*, P95 .*, P99 /,
      )
      expect(await redis.hgetall('loadtest:loadtest-user-1')).toMatchObject({
        id: 'loadtest-user-1',
        metadata: expect.stringMatching(
          /^{"status":"online","loadtest":true,"timestamp":\d+,"worker_id":1}$/,
        ),
      })
      expect(await identitiesIn('loadtest')).toHaveLength(100)
      expect(await redis.ttl('loadtest:loadtest-user-99')).toBeGreaterThan(400)

      const nobody = await loadtest(['multicast', '-r', '20', '-d', '300ms', '--filter'])
      expect(nobody.exitCode).toBe(1)
      expect(nobody.stdout).toMatch(/missed +multicast +delivery rate +> 99 % \(default\) +0 %/)
      expect(nobody.stdout).toContain(
        'Nothing was delivered: no subscriber in the namespace "loadtest"',
      )
      expect(nobody.stdout).toContain('receipts: 0 of 600 expected')

      const [enumerate, multicast] = await Promise.all([
        loadtest(['enumerate', '-r', '20', '-d', '300ms', '--filter', '--status', 'online']),
        loadtest([
          'multicast',
          '-r',
          '20',
          '-d',
          '300ms',
          '--with-subscribers',
          '--slo',
          'delivery>98%',
        ]),
      ])
      expect(enumerate.exitCode).toEqual(MEASURED)
      expect(enumerate.stdout).toContain(
        '100 identities registered in the namespace "loadtest", 100 of status "online"',
      )
      expect(multicast.exitCode).toEqual(MEASURED)
      expect(multicast.stdout).toContain('100 identities hosted by this load test')
      expect(multicast.stdout).toMatch(/receipts: 600 of 600 expected, 0 missing, 0 duplicates/)
      expect(multicast.stdout).toMatch(/met +multicast +delivery rate +> 98 % +100 %/)
      // Registrations are unchanged for the next load.
      expect(await redis.ttl('loadtest:loadtest-user-99')).toBeGreaterThan(400)
    },
  )

  test('gives the same result as a scenario with the same parameters', PATIENCE, async () => {
    const namespace = 'as-flags'
    const flags = [
      '-r',
      '80',
      '-d',
      '1s',
      '--warm-up',
      '500ms',
      '--arrivals',
      'poisson',
      '--seed',
      '7',
    ]
    const mix = ['--register-pct', '60', '--enumerate-pct', '30', '--multicast-pct', '10']
    const slo = ['--slo', 'success>50%', '--slo', 'multicast.delivery>50%']
    const [flagged, scenario] = await Promise.all([
      loadtest(
        [
          'mixed',
          ...flags,
          ...mix,
          ...slo,
          '--with-subscribers',
          '--namespace',
          namespace,
          '--json',
        ],
        {
          BENCH_DURATION: '7s',
          BENCH_PROFILE: 'long',
          BENCH_SHARD: '1/2',
        },
      ),
      ended(
        startCommand(['bench', 'as-flags'], {
          BENCH_BACKEND: 'programs',
          BENCH_RESULTS: join(folder(), 'scenario'),
        }),
      ),
    ])
    expect([flagged.exitCode, scenario.exitCode]).toEqual([MEASURED, MEASURED])
    const [path = ''] = runFilesIn(join(folder(), 'scenario'))
    const [a, b] = [JSON.parse(flagged.stdout) as RunFile, await readRunFile(path)].map(only)
    const planOf = (entry: typeof a): unknown => {
      const { arrivals, seed, warmUpMs, durationMs, limits, operations } = entry?.result ?? {}
      const planned = operations?.map(({ name, counts }) => [name, counts.planned])
      const rows = entry?.slo.map(({ operation, metric, comparison, bound, outcome }) => [
        operation,
        metric,
        comparison,
        bound,
        outcome,
      ])
      return {
        name: entry?.name,
        arrivals,
        seed,
        warmUpMs,
        durationMs,
        limits,
        planned,
        bounds: entry?.bounds,
        rows: rows?.sort(),
      }
    }
    expect(planOf(a)).toEqual(planOf(b))
    const registered = scenario.stdout.match(/loadtest-user-\d+/g)
    expect((await identitiesIn(namespace)).toSorted()).toEqual(registered?.toSorted())
    expect(registered?.length).toBeGreaterThan(30)
  })

  test('obeys each flag', PATIENCE, async () => {
    const receiver = await registryOf('flags')
    const payloads: string[] = []
    try {
      await receiver.subscribe(
        'listener',
        ({ payload }) => void payloads.push(Buffer.from(payload).subarray(STAMP_BYTES).toString()),
      )
      await receiver.register('listener', { status: 'busy' })
      await receiver.register('other', { status: 'online' })
      const starts = join(folder(), 'starts')
      writeFileSync(starts, '0\n'.repeat(40))
      const [sent, cramped, interval, gone] = await Promise.all([
        loadtest([
          'multicast',
          '--namespace',
          'flags',
          '-r',
          '10',
          '-d',
          '300ms',
          '--status',
          'busy',
          '--payload',
          'hello',
          '--out',
          folder(),
        ]),
        loadtest([
          'register',
          '--namespace',
          'cramped',
          '--arrivals',
          `replay:${starts}`,
          '-d',
          '1s',
          '--max-in-flight',
          '1',
          '-v',
          '--redis-db',
          '3',
        ]),
        loadtest([
          'register',
          '--namespace',
          'interval',
          '--arrivals',
          'ramp:10-90',
          '-d',
          '2s',
          '--report-interval',
          '1s',
          '--ttl',
          '0',
          '--slo',
          'register.throughput>=500',
        ]),
        loadtest([
          'enumerate',
          '--namespace',
          'nobody-here',
          '-r',
          '10',
          '-d',
          '200ms',
          '--timeout',
          '0.001ms',
          '--json',
        ]),
      ])
      // --namespace, --status, --payload
      expect(payloads).toEqual(['hello', 'hello', 'hello'])
      expect(sent.stdout).toContain(
        '2 identities registered in the namespace "flags", 1 of status "busy"',
      )
      expect(sent.stdout).toContain('receipts: 3 of 3 expected')
      // --arrivals, --max-in-flight, -v, --redis-db
      expect(cramped.exitCode).toBe(3)
      expect(cramped.stdout).toContain('40 requests, ')
      expect(cramped.stdout).toMatch(/register +dropped +\d+ +due while 1 other ran/)
      expect(await identitiesIn('cramped')).toEqual([])
      await redis.select(3)
      expect(await identitiesIn('cramped')).toContain('loadtest-user-0')
      await redis.select(0)
      // --report-interval, --ttl, --slo, and the rates of a ramp
      expect(interval.stdout).toMatch(
        /  1 of \d+ s +\d+ requests +\d+\/s +success 100 % +\d+ in flight +P50 .* P95 .* P99 /,
      )
      expect(interval.stdout).toContain('  100 requests, ')
      expect(interval.stdout).toMatch(/missed +register +throughput +≥ 500\/s/)
      // 3 if the machine was too busy to judge.
      expect([1, 3]).toContain(interval.exitCode)
      expect(await redis.ttl('interval:loadtest-user-0')).toBe(-1)
      // --timeout, --json; and a load in which nothing succeeds has failed
      expect(gone.exitCode).toBe(1)
      expect(gone.stderr).toMatch(/missed +enumerate +success rate +> 99 % \(default\) +0 %/)
      expect((JSON.parse(gone.stdout) as RunFile).system).toMatchObject({ kind: 'external' })
      expect(gone.stderr).toContain('No identity is registered in the namespace "nobody-here"')
      expect(gone.stderr).toContain(
        'npm run loadtest -- register -r 100 -d 10s --namespace nobody-here',
      )
    } finally {
      await receiver.close()
    }
  })

  test('hides its password, and keeps its measurements after Ctrl-C', PATIENCE, async () => {
    const child = start([
      'register',
      '-d',
      '1h',
      '--report-interval',
      '1s',
      '--namespace',
      'long',
      ...addresses(),
    ])
    const end = ended(child)
    await new Promise<void>((resolve) => {
      child.stdout?.on('data', (chunk: unknown) => {
        if (/ \d of 3,600 s +\d+ requests/.test(String(chunk))) resolve()
      })
    })
    const seen = process.platform === 'linux' ? commandLines() : []
    child.kill('SIGINT')
    const { exitCode, stdout, stderr } = await end
    expect(exitCode).toBe(130)
    const [path = ''] = runFilesIn(folder())
    const run = await readRunFile(path)
    expect(run.status).toBe('interrupted')
    expect(only(run).result.operations[0]?.counts.ok).toBeGreaterThanOrEqual(100)
    const files = readdirSync(folder()).map((name) => readFileSync(join(folder(), name), 'utf8'))
    for (const text of [...seen, ...files, stdout, stderr]) expect(text).not.toContain('sesame')
  })
})

/** The arguments of all processes that can be seen. */
function commandLines(): readonly string[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  return pids.flatMap((pid) => {
    try {
      return [readFileSync(`/proc/${pid}/cmdline`, 'utf8')]
    } catch {
      return []
    }
  })
}

test.each<[string[], RegExp]>([
  [['register', '-r', '0'], /^--rate: "0" must be/],
  [['register', '--multicast-pct', '5'], /^Unknown option '--multicast-pct'/],
  [
    ['multicast', '--playload', 'x'],
    /^Unknown option '--playload' \(Did you mean --payload\?\).*--help/,
  ],
  [['mixd'], /^Unknown command 'mixd' \(Did you mean mixed\?\)/],
  [[], /^Name a command\. See npm run loadtest -- --help/],
])('%j exits with 2, one line and no files', async (args, message) => {
  const { exitCode, stderr } = await refusalOf(args, { BENCH_RESULTS: folder() })
  expect(stderr).toMatch(message)
  expect(stderr.trim().split('\n')).toHaveLength(1)
  expect(exitCode).toBe(2)
  expect(readdirSync(folder())).toEqual([])
})

test('an unreachable server exits with 2, one line and no files', PATIENCE, async () => {
  const args = ['register', '--redis-addr', 'redis://u:secret@127.0.0.1:1']
  const env = { BENCH_RESULTS: folder() }
  const { exitCode, stdout, stderr } = await ended(startCommand(args, env))
  expect(stderr).toMatch(/^Redis at 127\.0\.0\.1:1 refused/)
  expect(stderr.trim().split('\n')).toHaveLength(1)
  expect(stdout + stderr).not.toContain('secret')
  expect(exitCode).toBe(2)
  expect(readdirSync(folder())).toEqual([])
})

test('the bin describes each command, with an example', PATIENCE, async () => {
  const bin = join(import.meta.dirname, 'start.mjs')
  const help = (...args: string[]): Promise<Ended> =>
    ended(spawn(process.execPath, [bin, ...args], { stdio: ['ignore', 'pipe', 'pipe'] }))
  const kinds = ['register', 'enumerate', 'multicast', 'mixed']
  const [all, ...each] = await Promise.all([
    help('--help'),
    ...kinds.map((kind) => help(kind, '--help')),
  ])
  for (const kind of kinds) expect(all.stdout).toMatch(new RegExp(`^ +${kind} `, 'm'))
  for (const [index, { exitCode, stdout }] of each.entries()) {
    expect(stdout).toContain(`Examples:\n  npm run loadtest -- ${kinds[index]} `)
    expect(exitCode).toBe(0)
  }
})
