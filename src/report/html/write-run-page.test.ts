import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { registrySystem, runOf, scenarioOf } from '../../run-file/testing/run-fixture.ts'
import { otlpJson, SLOW_MULTICAST } from '../../traces/waterfall/testing/otlp-json.ts'
import { pagePathOf, RunPageWriter } from './write-run-page.ts'

const folder = (): string => mkdtempSync(join(tmpdir(), 'report-'))

test('writes one file that asks for nothing, and replaces an earlier one', async () => {
  const writer = await RunPageWriter.open()
  const path = pagePathOf(join(folder(), 'run.json'))
  writeFileSync(path, 'earlier')
  expect(writer.write(path, runOf([scenarioOf('read')]))).toBe(true)
  const page = readFileSync(path, 'utf8')
  expect(page).toMatch(/^<!doctype html>/)
  // Namespaces and links inside the page are not requests.
  expect(page).not.toMatch(/(?:src|href)="(?!#)/)
  expect(page.length).toBeLessThan(300_000)
})

test('shows the spans of slow requests from the file of traces beside it', async () => {
  const writer = await RunPageWriter.open()
  const path = join(folder(), 'run.html')
  const traceId = 'ab'.repeat(16)
  const slow = { number: 7, ending: 'ok', dueMs: 5, responseMs: 41.3, parts: [] } as const
  const run = runOf([
    scenarioOf('multicast', { slowest: [{ ...slow, traceId, areHandlersKnown: true }] }),
  ])
  writer.write(path, run)
  expect(readFileSync(path, 'utf8')).toContain('there is no such file')
  const traces = JSON.stringify(otlpJson({ [traceId]: SLOW_MULTICAST }))
  writeFileSync(path.replace('run.html', 'run.traces.json'), traces)
  writer.write(path, run)
  expect(readFileSync(path, 'utf8')).toContain('wait for generator')
})

test('addresses lose their passwords', async () => {
  const writer = await RunPageWriter.open()
  const path = join(folder(), 'run.html')
  const system = registrySystem({ redisAddress: 'redis://user:secret@host:6379' })
  writer.write(path, runOf([scenarioOf('read')], { system }))
  expect(readFileSync(path, 'utf8')).not.toContain('secret')
})

test('a report that can not be written is a note', async () => {
  const writer = await RunPageWriter.open()
  const path = join(folder(), 'run.html')
  mkdirSync(path)
  writeFileSync(join(path, 'full'), '')
  expect(writer.write(join(path, 'full', 'run.html'), runOf([]))).toBe(false)
  expect(writer.problem).toMatch(/^The report is not written: .*is a file, not a folder/)
})
