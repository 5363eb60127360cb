import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../testing/measured-versions.ts'
import { reachableFrom } from './references.ts'

/** Files reached from `src/a.ts`, without itself. */
function reachedBy(text: string, files: Readonly<Record<string, string>> = {}): readonly string[] {
  const root = temporaryFolder()
  for (const [path, content] of Object.entries({ ...files, 'src/a.ts': text })) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), content)
  }
  return [...reachableFrom(root, ['src/a.ts'])].filter((path) => path !== 'src/a.ts').toSorted()
}

test.each([
  "import { b } from './b.ts'",
  "import {\n  b,\n} from './b.ts'",
  "import './b.ts'",
  "import { type B, b } from './b.ts'",
  "export * from './b.ts'",
  "export type A = number\nimport { b } from './b.ts'",
  'await import("./b.ts")',
  "require('./b.ts')",
  "fork(new URL('b.ts', import.meta.url))",
])('%j leads to another file', (text) => {
  expect(reachedBy(text, { 'src/b.ts': '' })).toEqual(['src/b.ts'])
})

test.each([
  "import type { B } from './b.ts'",
  "import type * as b from './b.ts'",
  "import type B from './b.ts'",
  "export type { B } from './b.ts'",
  "import { b } from 'b'",
  "import { b } from './nosuch.ts'",
  "import { b } from '../../b.ts'",
])('%j leads nowhere', (text) => {
  expect(reachedBy(text, { 'src/b.ts': '' })).toEqual([])
})

test('follows files recursively, through cycles and to files that are not modules', () => {
  const files = {
    'src/b.ts': "import '../lib/c.ts'",
    'lib/c.ts': "import '../src/a.ts'\nreadFileSync('./script.lua')",
    'lib/script.lua': "'./not-read.lua'",
    'lib/not-read.lua': '',
  }
  expect(reachedBy("import './b.ts'", files)).toEqual(['lib/c.ts', 'lib/script.lua', 'src/b.ts'])
})
