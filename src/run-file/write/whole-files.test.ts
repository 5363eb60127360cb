import * as fs from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { appendWhole, createWholeFile, replaceFiles, writeWholeFile } from './whole-files.ts'

let folder: string
let path: string
beforeEach(() => {
  folder = fs.mkdtempSync(join(tmpdir(), 'whole-'))
  path = join(folder, 'file')
})
afterEach(() => fs.rmSync(folder, { recursive: true }))

test('a file that is there is not made again', () => {
  expect(createWholeFile(path, 'first')).toBe(true)
  expect(createWholeFile(path, 'second')).toBe(false)
  expect(fs.readFileSync(path, 'utf8')).toBe('first')
  expect(fs.readdirSync(folder)).toEqual(['file'])
})

test("files of which one can't be written stay as they were, and nothing is left behind", () => {
  fs.writeFileSync(path, 'old')
  const missing = join(folder, 'missing', 'file')
  expect(() =>
    replaceFiles([
      [path, 'new'],
      [missing, 'new'],
    ]),
  ).toThrow(/ENOENT/)
  expect(fs.readFileSync(path, 'utf8')).toBe('old')
  expect(fs.readdirSync(folder)).toEqual(['file'])
})

test('a link to a file stays a link, and a device is written to', () => {
  const link = join(folder, 'link')
  fs.writeFileSync(path, 'old')
  fs.symlinkSync(path, link)
  writeWholeFile(link, 'new')
  expect(fs.lstatSync(link).isSymbolicLink()).toBe(true)
  expect(fs.readFileSync(path, 'utf8')).toBe('new')
  if (fs.existsSync('/dev/null')) writeWholeFile('/dev/null', 'nothing')
})

test.runIf(fs.existsSync('/dev/full'))('what a full disk does not take is said', () => {
  expect(() => appendWhole('/dev/full', 'text')).toThrow(/ENOSPC/)
  expect(() => writeWholeFile('/dev/full', 'text')).toThrow(/ENOSPC/)
})
