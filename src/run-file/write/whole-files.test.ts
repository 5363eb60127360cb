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

test('does not replace an existing file', () => {
  expect(createWholeFile(path, 'first')).toBe(true)
  expect(createWholeFile(path, 'second')).toBe(false)
  expect(fs.readFileSync(path, 'utf8')).toBe('first')
  expect(fs.readdirSync(folder)).toEqual(['file'])
})

test("changes no file if one of them can't be written, and leaves nothing behind", () => {
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

test('keeps a link a link, and writes to a device', () => {
  const link = join(folder, 'link')
  fs.writeFileSync(path, 'old')
  fs.symlinkSync(path, link)
  writeWholeFile(link, 'new')
  expect(fs.lstatSync(link).isSymbolicLink()).toBe(true)
  expect(fs.readFileSync(path, 'utf8')).toBe('new')
  if (fs.existsSync('/dev/null')) writeWholeFile('/dev/null', 'nothing')
})

test.runIf(fs.existsSync('/dev/full'))('a full disk is reported', () => {
  expect(() => appendWhole('/dev/full', 'text')).toThrow(/ENOSPC/)
  expect(() => writeWholeFile('/dev/full', 'text')).toThrow(/ENOSPC/)
})
