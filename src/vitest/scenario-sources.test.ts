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

test('a scenario is its file and what that imports, each once', () => {
  write('workloads/a.ts', "import { b } from './b.ts'\nimport { test } from 'vitest'\n")
  write('workloads/b.ts', "import type { A } from './a.ts'\n")
  write('workloads/c.ts', '')
  write('workloads/unused.ts', '')
  const path = write(
    'x.load.ts',
    "import {\n  a,\n} from './workloads/a.ts'\nimport './workloads/c.ts'\n",
  )
  const names = [...scenarioSources(path).keys()]
  expect(names.toSorted()).toEqual([
    'workloads/a.ts',
    'workloads/b.ts',
    'workloads/c.ts',
    'x.load.ts',
  ])
})

test('what only looks like an import is passed over', () => {
  const path = write('x.load.ts', "// as from './nowhere.ts'\nimport('./later.ts')")
  write('later.ts', '')
  expect([...scenarioSources(path).keys()]).toEqual(['x.load.ts', 'later.ts'])
})

test('of the seed’s mix, that is the workloads, and nothing of the registry or the engine', () => {
  const sources = scenarioSources(join(import.meta.dirname, '../../bench/mixed.load.ts'))
  const names = [...sources.keys()]
  expect(names).toContain('mixed.load.ts')
  expect(names).toContain('workloads/register.ts')
  expect(names.filter((name) => name.includes('src/'))).toEqual([])
})
