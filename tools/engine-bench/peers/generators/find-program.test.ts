import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { beforeEach, afterEach, expect, test } from 'vitest'
import { findContenders } from '../measure-peers.ts'
import { findGenerator } from './find-program.ts'
import { hey } from './hey.ts'
import { PEERS } from './peers.ts'
import { vegeta } from './vegeta.ts'
import { wrk2 } from './wrk2.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'peers-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** A program that prints a text, whatever its arguments; more text may be in its file. */
function install(name: string, printed: string, more = ''): string {
  const path = join(folder, name)
  writeFileSync(path, `#!/bin/sh\ncat <<'END'\n${printed}\nEND\nexit 1\n${more}`)
  chmodSync(path, 0o755)
  return path
}

test('finds a program on the PATH, with its version', async () => {
  const program = install('vegeta', 'Version: v12.8.4\nCommit: 7ad7\n')
  const found = await findGenerator(vegeta, ['/nowhere', folder].join(delimiter))
  expect(found).toEqual({ generator: vegeta, program, version: '12.8.4' })
})

test('uses the module version left by go install if a program reports none', async () => {
  install(
    'vegeta',
    'Version: \nCommit: \n',
    'path\tgithub.com\nmod\tgithub.com/tsenart/vegeta/v12\tv12.13.0\th1:x=\n',
  )
  expect(await findGenerator(vegeta, folder)).toMatchObject({ version: '12.13.0' })
})

test('accepts a program without any version', async () => {
  install('hey', 'flag provided but not defined: -version\nUsage: hey [options...] <url>')
  expect(await findGenerator(hey, folder)).toMatchObject({ version: null })
})

test('does not mistake wrk for wrk2', async () => {
  install('wrk', 'wrk 4.2.0 [epoll] Copyright (C) 2012 Will Glozer\n  -d, --duration <T>')
  expect(await findGenerator(wrk2, folder)).toBeNull()
  install('wrk', 'wrk 4.0.0 [epoll] Copyright (C) 2012 Will Glozer\n  -R, --rate <T>')
  expect(await findGenerator(wrk2, folder)).toMatchObject({ version: '4.0.0' })
})

test('skips a file that is not executable', async () => {
  writeFileSync(join(folder, 'vegeta'), 'Version: 1')
  expect(await findGenerator(vegeta, folder)).toBeNull()
})

test('without other generators, only ours run and the others are reported missing', async () => {
  const { found, missing } = await findContenders('')
  expect(found.map(({ generator }) => generator.name)).toEqual([
    'ours, auto',
    'ours, timer',
    'ours, hybrid',
  ])
  expect(missing).toEqual(PEERS)
})
