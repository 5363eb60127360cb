import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { otlpJson, SLOW_MULTICAST } from '../../traces/waterfall/testing/otlp-json.ts'
import { tracesPathOf } from '../../run-file/traces-path.ts'
import { readTracesFile } from './read-traces-file.ts'

const ID = 'ab'.repeat(16)

function fileOf(content: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'traces-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const path = tracesPathOf(join(folder, 'run.json'))
  writeFileSync(path, content)
  return path
}

test('reads the traces asked for, without secrets and control characters', () => {
  const [request, ...others] = SLOW_MULTICAST
  const attributes = { address: 'redis://:secret@host:6379/0', odd: '\u001b[31m\u202e' }
  const traces = {
    [ID]: request === undefined ? [] : [{ ...request, attributes }, ...others],
    ['cd'.repeat(16)]: SLOW_MULTICAST,
  }
  const read = readTracesFile(fileOf(JSON.stringify(otlpJson(traces))), [ID])
  if (read.kind === 'unreadable') throw new Error(read.problem)
  expect([...read.traces.keys()]).toEqual([ID])
  const [first] = read.traces.get(ID)?.spans ?? []
  expect(Object.fromEntries(first?.attributes ?? [])).toEqual({
    address: 'redis://***@host:6379/0',
    odd: String.raw`\u{1b}[31m\u{202e}`,
  })
})

test.for([
  ['missing', null, /there is no such file/],
  ['cut off', '{"resourceSpans":[{', /is not JSON, or is cut off/],
  ['of something else', '[]', /no list "resourceSpans"/],
  ['deep', '['.repeat(20 * 2 ** 20), /nests deeper/],
] as const)('a file that is %s is a problem in words', ([, content, problem]) => {
  const path = content === null ? '/nowhere/run.traces.json' : fileOf(content)
  expect(readTracesFile(path, [ID])).toEqual({
    kind: 'unreadable',
    problem: expect.stringMatching(problem),
  })
})
