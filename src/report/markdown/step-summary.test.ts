import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { cutBlocks, MAX_SUMMARY_BYTES, StepSummary } from './step-summary.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'step-summary-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

function open(path: string): StepSummary {
  const summary = StepSummary.open({ GITHUB_STEP_SUMMARY: path })
  if (summary === null) throw new Error('a summary is named')
  return summary
}

describe("a step's summary", () => {
  test.each([[{}], [{ GITHUB_STEP_SUMMARY: '' }]])('does not exist if %j names no file', (env) => {
    expect(StepSummary.open(env)).toBeNull()
  })

  test('holds what each command added, in order', () => {
    const path = join(folder, 'summary.md')
    writeFileSync(path, '# before\n')
    for (const text of ['a\n', 'é\n']) expect(open(path).append(text)).toBeNull()
    expect(readFileSync(path, 'utf8')).toBe('# before\na\né\n')
  })

  test('never exceeds what GitHub shows, and says that it was cut off', () => {
    const path = join(folder, 'summary.md')
    const block = `${'x'.repeat(1_000)}\n\n`
    expect(open(path).append(block.repeat(700))).toBeNull()
    expect(open(path).append(block.repeat(700))).toBeNull()
    expect(open(path).append('one more\n')).toBeNull()
    const bytes = readFileSync(path)
    expect(bytes.length).toBeLessThanOrEqual(MAX_SUMMARY_BYTES)
    expect(bytes.toString()).toMatch(/The rest was cut: GitHub shows at most 1 MiB per step\.\n/)
  })

  test.each([
    ['in a folder that is not there', () => join(folder, 'none', 'summary.md')],
    ['that is a folder', () => folder],
    [
      'that is a pipe which nobody reads',
      () => {
        const path = join(folder, 'pipe')
        execFileSync('mkfifo', [path])
        return path
      },
    ],
  ])('%s is refused before anything is measured', (_, path) => {
    expect(() => open(path())).toThrow(/^GITHUB_STEP_SUMMARY: .*: .*\. Name a writable file/)
  })

  test('returns a sentence if it can no longer be written to', () => {
    const gone = join(folder, 'gone')
    execFileSync('mkdir', [gone])
    const summary = open(join(gone, 'summary.md'))
    rmSync(gone, { recursive: true })
    expect(summary.append('text')).toMatch(/^GITHUB_STEP_SUMMARY: .*ENOENT.*\.$/)
  })
})

test('Markdown is cut between blocks, and open folds are closed', () => {
  const blocks = fc.array(fc.constantFrom('text', '| a |\n| - |', 'é'.repeat(40)), { minLength: 1 })
  fc.assert(
    fc.property(blocks, fc.nat(400), (parts, maxBytes) => {
      const all = ['# title', '<details><summary>s</summary>', ...parts, '</details>'].join('\n\n')
      const cut = cutBlocks(all, maxBytes)
      expect(Buffer.byteLength(cut)).toBeLessThanOrEqual(maxBytes)
      expect(cut.split('<details>')).toHaveLength(cut.split('</details>').length)
      if (cut !== '' && cut !== all) expect(cut).toMatch(/\n\nThe rest was cut/)
      expect(all.startsWith(cut.split(/\n\n(?:<\/details>\n\n)?The rest/)[0] ?? '')).toBe(true)
    }),
  )
})
