import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { InputError } from '../input-error.ts'
import { runFolder, runFolderToRead } from './folders.ts'

test('the flag overrides the environment, which overrides the default', () => {
  const env = { BENCH_RESULTS: '/there' }
  expect(runFolder('/here', '--results', env)).toBe('/here')
  expect(runFolder(undefined, '--results', env)).toBe('/there')
  expect(runFolder(undefined, '--results', {})).toBe(join(process.cwd(), 'results'))
  expect(() => runFolder('', '--out', {})).toThrow(/--out: is empty/)
})

test('a named folder to read must exist', () => {
  const folder = mkdtempSync(join(tmpdir(), 'run-folder-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  expect(runFolderToRead(folder)).toBe(folder)
  const missing = () => runFolderToRead(join(folder, 'typo'))
  expect(missing).toThrow(InputError)
  expect(missing).toThrow(/there is no folder .*typo/)
})
