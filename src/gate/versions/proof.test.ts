import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { findProofFlaw } from './proof.ts'
import type { ProofLine } from './redirect-settings.ts'

const GOOD: readonly ProofLine[] = [
  { kind: 'started', pid: 1 },
  { kind: 'spawned', pid: 2, program: 'worker.js' },
  { kind: 'started', pid: 2 },
  { kind: 'loaded', pid: 2, module: 'registry.ts' },
]

function flawOf(lines: readonly ProofLine[]): string | null {
  const folder = mkdtempSync(join(tmpdir(), 'gate-proof-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const path = join(folder, 'proof')
  writeFileSync(path, lines.map((line) => `${JSON.stringify(line)}\n`).join(''))
  return findProofFlaw(path)
}

test('processes that all were redirected, and loaded the registry, prove it', () => {
  expect(flawOf(GOOD)).toBeNull()
})

test.each<[string, readonly ProofLine[], RegExp]>([
  ['nothing', [], /didn't take effect/],
  ['a process that was not redirected', GOOD.filter((_, i) => i !== 2), /didn't reach process 2/],
  ['nothing loaded', GOOD.slice(0, 3), /no process loaded registry.ts/],
  [
    "a module of the harness's own",
    [...GOOD, { kind: 'own', pid: 2, module: 'filter/filter.ts' }],
    /own filter\/filter.ts/,
  ],
])('%s is no proof', (_, lines, flaw) => {
  expect(flawOf(lines)).toMatch(flaw)
})

test("Vitest's watchdog runs nothing of ours", () => {
  const program = '/x/node_modules/vitest/dist/workers/watchdog.js'
  expect(flawOf([...GOOD, { kind: 'spawned', pid: 3, program }])).toBeNull()
})

test('a file that is not there is no proof', () => {
  expect(findProofFlaw('/nowhere/proof')).toMatch(/didn't take effect/)
})
