import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { readTracesData } from '../read/read-traces-data.ts'
import { TracesFile } from './traces-file.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'traces-file-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

test('holds the traces of all loads, except of those that would make it too large to read', () => {
  const path = join(folder, 'run.traces.json')
  const file = new TracesFile(60)
  expect(file.write(path)).toBeNull()
  file.add(['{"a":"é"}'])
  file.add(['{"b":1}', `{"large":"${'x'.repeat(60)}"}`])
  file.add(['{"c":2}'])
  expect(file.write(path)).toBe(path)
  expect(readTracesData(path)).toEqual({ kind: 'read', resourceSpans: [{ a: 'é' }, { c: 2 }] })
  expect(file.problem).toContain('The traces of some scenarios are left out')
})

test('a folder that takes no traces is named, and the traces are written when it does', () => {
  const missing = join(folder, 'missing')
  const path = join(missing, 'run.traces.json')
  const file = new TracesFile()
  file.add(['{"a":1}'])
  expect(file.write(path)).toBeNull()
  expect(file.problem).toContain(missing)
  mkdirSync(missing)
  expect(file.write(path)).toBe(path)
  expect(file.problem).toBeNull()
  expect(readFileSync(path, 'utf8')).toBe('{"resourceSpans":[{"a":1}]}\n')
})
