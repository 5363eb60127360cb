import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { scenarioSources } from './scenario-sources.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sources-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

function write(name: string, text: string): string {
  const path = join(folder, name)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
  return path
}

test('lists the scenario and the modules that it imports from its folder, each once', () => {
  write('requests/a.ts', "import { b } from './b.ts'\nimport { test } from 'vitest'\n")
  write('requests/b.ts', "import type { A } from './a.ts'\n")
  write('requests/c.ts', '')
  write('requests/unused.ts', '')
  const path = write(
    'x.load.ts',
    "import {\n  a,\n} from './requests/a.ts'\nimport './requests/c.ts'\n",
  )
  const names = [...scenarioSources(path).keys()]
  expect(names.toSorted()).toEqual(['requests/a.ts', 'requests/b.ts', 'requests/c.ts', 'x.load.ts'])
})

test('follows imports without extensions, and of the names of compiled files', () => {
  write('shop.ts', "export * from './requests'\n")
  write('requests/index.ts', "import './cart.js'\n")
  write('requests/cart.ts', '')
  const path = write('x.load.ts', "import { shop } from './shop'\n")
  const names = [...scenarioSources(path).keys()]
  expect(names).toEqual(['x.load.ts', 'shop.ts', 'requests/index.ts', 'requests/cart.ts'])
})

test('leaves out the application that a scenario measures', () => {
  write('src/checkout.ts', '')
  const path = write('load/x.load.ts', "import { checkout } from '../src/checkout.ts'\n")
  expect([...scenarioSources(path).keys()]).toEqual(['x.load.ts'])
})

test('skips text that only looks like an import', () => {
  const path = write('x.load.ts', "// as from './nowhere.ts'\nimport('./later.ts')")
  write('later.ts', '')
  expect([...scenarioSources(path).keys()]).toEqual(['x.load.ts', 'later.ts'])
})

test('includes the workloads of our own scenarios, but neither registry nor engine', () => {
  const sources = scenarioSources(join(import.meta.dirname, '../../bench/mixed.load.ts'))
  const names = [...sources.keys()]
  expect(names).toContain('mixed.load.ts')
  expect(names).toContain('workloads/register.ts')
  expect(names.filter((name) => !/^(mixed\.load|workloads\/.*)\.ts$/.test(name))).toEqual([])
})
