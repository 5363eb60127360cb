import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { commitOf } from './commit.ts'

const SHA = '0123456789abcdef0123456789abcdef01234567'
const OTHER = SHA.replace('0', 'f')

describe('the commit of an image', () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'commit-'))
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  function write(name: string, text: string): void {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), `${text}\n`)
  }

  test('is what the build is given', () => {
    write('HEAD', OTHER)
    expect(commitOf(SHA, folder)).toBe(SHA)
    expect(commitOf(`${SHA}-dirty`, folder)).toBe(`${SHA}-dirty`)
  })

  test('is the branch that is checked out, otherwise', () => {
    write('HEAD', 'ref: refs/heads/some/branch')
    write('refs/heads/some/branch', SHA)
    write('packed-refs', `${OTHER} refs/heads/some/branch`)
    expect(commitOf('', folder)).toBe(SHA)
  })

  test('is found among packed references, by the whole name', () => {
    write('HEAD', 'ref: refs/heads/main')
    write(
      'packed-refs',
      `# pack-refs\n${OTHER} refs/heads/old/refs/heads/mainly\n${SHA} refs/heads/main`,
    )
    expect(commitOf('', folder)).toBe(SHA)
  })

  test('is what is checked out without a branch', () => {
    write('HEAD', SHA)
    expect(commitOf('', folder)).toBe(SHA)
  })

  test('is unknown without a repository', () => {
    expect(commitOf('', folder)).toBe('unknown')
    write('HEAD', 'ref: refs/heads/unborn')
    expect(commitOf('', folder)).toBe('unknown')
  })

  test('is refused if it is something else', () => {
    expect(() => commitOf('v1.0', folder)).toThrow(/COMMIT=v1\.0 is not a commit/)
  })
})
