import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { findProgram } from '../environment/programs.ts'
import { SIGNAL_CODES } from '../process/signals.ts'
import { readRunFile } from '../run-file/read/read-run-file.ts'
import { ended, runFilesIn, startCommand, useResultsFolder, type Ended } from './testing/command.ts'

const folder = useResultsFolder()
const TIMEOUT = { timeout: 90_000 }
const MODULES = {
  'prism-loadtest/system': import.meta.resolve('../system.ts'),
  'prism-loadtest': import.meta.resolve('../index.ts'),
}

/** Writes a module of a user's project, which imports the package by its name. */
function write(name: string, text: string): string {
  const path = join(folder(), 'project', name)
  mkdirSync(join(folder(), 'project'), { recursive: true })
  const resolved = Object.entries(MODULES).reduce(
    (source, [module, url]) => source.replaceAll(`from '${module}'`, `from '${url}'`),
    text.replaceAll("from 'vitest'", `from '${import.meta.resolve('vitest')}'`),
  )
  writeFileSync(path, resolved)
  return path
}

const summary = () => join(folder(), 'summary.md')

function start(system: string, env: Readonly<Record<string, string>> = {}) {
  return startCommand(['bench', '--system', system], {
    ...env,
    BENCH_SCENARIOS: join(folder(), 'project'),
    BENCH_RESULTS: join(folder(), 'results'),
    GITHUB_STEP_SUMMARY: summary(),
  })
}

function writeScenario(url: string): void {
  write(
    'shop.load.ts',
    `import { constant, test } from 'prism-loadtest'
import { inject } from 'vitest'

test('shop', async ({ load }) => {
  await load({
    operations: { get: async () => { await (await fetch(${url})).text() } },
    arrivals: constant(50),
    duration: '300ms',
    warmUp: '0s',
    verdict: { achieved: { degraded: 0, invalid: 0 } },
  })
})
`,
  )
}

async function onlyRunFile() {
  const [path = 'none', ...others] = runFilesIn(join(folder(), 'results'))
  expect(others).toEqual([])
  return { path, run: await readRunFile(path) }
}

test('a scenario of any system starts no server, and its reports name none', TIMEOUT, async () => {
  const shop = createServer((_, response) => response.end('ok')).listen(0, '127.0.0.1')
  onTestFinished(() => void shop.close())
  await once(shop, 'listening')
  const address = shop.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  writeScenario(`'http://127.0.0.1:${address.port}'`)

  const bench = await ended(start('none'))

  expect(bench).toMatchObject({ exitCode: 0, stderr: '' })
  expect(bench.stdout).toMatch(/^\S+ {2}undeclared system: no server was started$/m)
  const { path, run } = await onlyRunFile()
  expect(run).toMatchObject({ system: { kind: 'undeclared' }, reference: null })
  expect(run.scenarios).toMatchObject([{ state: 'measured', testStatus: 'passed' }])
  const reports = [path, path.replace('.json', '.csv'), summary()].map((file) =>
    readFileSync(file, 'utf8'),
  )
  const compare = await ended(startCommand(['compare', path, path], {}))
  expect([bench.stdout, ...reports, compare.stdout].join()).not.toMatch(/redis|nats/i)
})

const SHOP = `import { defineSystem, freePort, hashConfiguration, startGuarded } from 'prism-loadtest/system'

export default defineSystem({
  async start() {
    const port = await freePort()
    const program = \`require('node:http').createServer((_, response) => response.end('ok'))
      .listen(\${port}, '127.0.0.1', () => console.log('open'))\`
    const started = await startGuarded({
      path: process.execPath,
      args: ['--eval', program, '--'],
      folderFlag: '--folder',
      readyText: 'open',
      timeoutMs: 20_000,
    })
    if (started.state === 'failed') throw new Error(started.output)
    return {
      kind: 'programs',
      servers: [{ name: 'Shop', version: '1.4.2', addresses: [\`http://me:secret@127.0.0.1:\${port}\`] }],
      configurationHash: hashConfiguration({ currency: 'EUR' }),
      provide: { shopUrl: \`http://127.0.0.1:\${port}\`, shopPid: started.program.pid },
      stop: started.program.stop,
    }
  },
})
`

test("a user's own server is started, described, provided and stopped", TIMEOUT, async () => {
  writeScenario("inject('shopUrl')")
  const bench = await ended(start(write('shop.system.mts', SHOP)))

  expect(bench).toMatchObject({ exitCode: 0, stderr: '' })
  expect(bench.stdout).toMatch(/^\S+ {2}Shop 1\.4\.2 \(programs\)$/m)
  const { path, run } = await onlyRunFile()
  expect(run.system).toMatchObject({
    kind: 'programs',
    servers: [{ name: 'Shop', version: '1.4.2' }],
    configurationHash: expect.stringMatching(/^[0-9a-f]{16}$/),
  })
  expect(readFileSync(path, 'utf8')).not.toContain('secret')
  expect(readFileSync(path.replace('.json', '.csv'), 'utf8')).toContain('"Shop 1.4.2"')
  const [server] = 'servers' in run.system ? run.system.servers : []
  const address = server?.addresses[0]?.replace('***@', '') ?? ''
  await expect(fetch(address)).rejects.toThrow('fetch failed')
})

test.each<[reason: string, text: string, message: RegExp]>([
  [
    'is unavailable',
    `import { defineSystem, EnvironmentError } from 'prism-loadtest/system'
export default defineSystem({ start: async () => { throw new EnvironmentError('No shop today.') } })`,
    /^No shop today\.$/,
  ],
  [
    'is described wrongly',
    `export default { start: async () => ({ kind: 'programs', servers: [{ name: 'Shop' }], configurationHash: null }) }`,
    /describes the system wrongly:\n.*version/s,
  ],
  [
    'breaks',
    `export default { start: async () => { throw new TypeError('oops') } }`,
    /oops\n +at /,
  ],
  ['resolves to nothing', 'export default { start: async () => {} }', /received undefined/],
  [
    'provides what no test can receive',
    `export default { start: async () => ({ kind: 'memory', notice: '', provide: { connect() {} }, stop: async () => console.error('stopped') }) }`,
    /^stopped\n.*expected plain data\n.*provide\.connect/s,
  ],
  ['holds a syntax error', 'export default {\n  start: = 3\n}', /shop\.system\.mts:2\n.*= 3\n/s],
  [
    'imports a package that is not installed',
    `import 'no-such-shop'\nexport default {}`,
    /^Cannot find package 'no-such-shop' imported from \S+shop\.system\.mts$/,
  ],
  [
    'imports a file that does not exist',
    `import './nowhere.mts'\nexport default {}`,
    /^Cannot find module '\S+nowhere\.mts' imported from \S+shop\.system\.mts$/,
  ],
  ['exports no system', 'export const system = {}', /its default export is not a system/],
])('a system that %s ends the run with 2, and says so', TIMEOUT, async (_, text, message) => {
  writeScenario("''")
  const { exitCode, stderr } = await ended(start(write('shop.system.mts', text)))
  expect(stderr.trim()).toMatch(message)
  expect(exitCode).toBe(2)
})

test('a system that does not stop ends the run with 2, after its report', TIMEOUT, async () => {
  write(
    'idle.load.ts',
    `import { constant, test } from 'prism-loadtest'
test('idle', async ({ load }) => {
  await load({ operations: { a: async () => {} }, arrivals: constant(50), duration: '300ms', warmUp: '0s', verdict: { achieved: { degraded: 0, invalid: 0 } } })
})
`,
  )
  const flawed = `export default {
  start: async () => ({ kind: 'memory', notice: 'none', stop: async () => { throw new Error('stuck') } }),
}`
  const { exitCode, stdout, stderr } = await ended(start(write('shop.system.mts', flawed)))
  expect(stdout).toMatch(/1 scenario in \d+ s\./)
  expect(stderr).toMatch(/shop\.system\.mts: the system did not stop: Error: stuck\n +at /)
  expect(exitCode).toBe(2)
})

test('a system that does not exist ends the run with 2, and says so', TIMEOUT, async () => {
  writeScenario("''")
  const { exitCode, stderr } = await ended(start('nowhere.system.mts'))
  expect(stderr).toBe('nowhere.system.mts: no such file.\n')
  expect(exitCode).toBe(2)
})

test('Ctrl-C during a long start reaches the system', TIMEOUT, async () => {
  writeScenario("''")
  const [begun, aborted] = ['begun', 'aborted'].map((name) => join(folder(), name))
  const system = write(
    'slow.system.mts',
    `import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
export default {
  async start({ signal }) {
    writeFileSync(${JSON.stringify(begun)}, '')
    const keepAlive = setInterval(() => {}, 1_000)
    await once(signal, 'abort')
    clearInterval(keepAlive)
    writeFileSync(${JSON.stringify(aborted)}, '')
    throw signal.reason
  },
}`,
  )
  const child = start(system)
  const end: Promise<Ended> = ended(child)
  await vi.waitUntil(() => existsSync(begun ?? ''), { timeout: 30_000 })
  child.kill('SIGINT')
  expect((await end).exitCode).toBe(SIGNAL_CODES.SIGINT)
  expect(existsSync(aborted ?? '')).toBe(true)
})

/** Runs the example of the documentation, whose programs are found by `env`. */
async function runExample(env: Readonly<Record<string, string>>): Promise<Ended> {
  const page = readFileSync(join(import.meta.dirname, '../../docs/any-system.md'), 'utf8')
  const [, example = ''] = /```ts\n(.*?)```/s.exec(page) ?? []
  write(
    'orders.load.ts',
    `import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { constant, test } from 'prism-loadtest'
import { inject } from 'vitest'

const execute = promisify(execFile)

test('orders', async ({ load }) => {
  const list = () => execute('psql', [inject('postgresUrl'), '--command', 'SELECT 1'])
  await load({ operations: { list }, arrivals: constant(5), duration: '1s', warmUp: '0s' })
})
`,
  )
  const bench = await ended(start(write('postgres.system.mts', example), env))
  expect(bench.exitCode).not.toBe(2)
  const processes = execFileSync('ps', ['-A', '-ww', '-o', 'args'], { encoding: 'utf8' })
  expect(processes).not.toContain(`${folder()}/`)
  return bench
}

/** Programs that are started and answer as PostgreSQL's are, and as its example needs them. */
const STAND_INS = {
  initdb: 'touch "$2/PG_VERSION"',
  postgres:
    'test -f "$2/PG_VERSION" && echo "database system is ready to accept connections" >&2 && exec sleep 60',
  psql: 'case "$*" in *server_version*) echo 15.4 ;; *) echo "max_connections|100" ;; esac',
}

test(
  'the example of the documentation starts, describes and stops its programs',
  TIMEOUT,
  async () => {
    const programs = join(folder(), 'programs')
    mkdirSync(programs)
    for (const [name, script] of Object.entries(STAND_INS)) {
      writeFileSync(join(programs, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 })
    }
    const { stdout } = await runExample({ PATH: `${programs}:${process.env['PATH'] ?? ''}` })
    expect(stdout).toMatch(/^\S+ {2}PostgreSQL 15\.4 \(programs\)$/m)
  },
)

// PostgreSQL refuses to run as root.
const hasPostgres = ['initdb', 'postgres', 'psql'].every((name) => findProgram(name) !== undefined)
if (hasPostgres && process.getuid?.() !== 0) {
  test('the example of the documentation measures PostgreSQL', TIMEOUT, async () => {
    const { stdout } = await runExample({})
    expect(stdout).toMatch(/^\S+ {2}PostgreSQL \d+\.\d+ .*\(programs\)$/m)
  })
}
