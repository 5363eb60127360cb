import { once } from 'node:events'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { streamEventSchema, type StreamEvent } from '../report/live/stream-schema.ts'
import { readRunFile } from '../run-file/read/read-run-file.ts'
import { ended, runFilesIn, startCommand, useResultsFolder } from './testing/command.ts'

const folder = useResultsFolder()

function bench(args: readonly string[]): ReturnType<typeof startCommand> {
  const env = { BENCH_BACKEND: 'memory', BENCH_RESULTS: folder() }
  return startCommand(['bench', ...args], env)
}

/** Every line, checked against the schema. */
function parsed(text: string): readonly StreamEvent[] {
  const lines = text.trimEnd().split('\n')
  return lines.map((line) => streamEventSchema.parse(JSON.parse(line)))
}

function kindsOf(events: readonly StreamEvent[]): ReadonlySet<string> {
  return new Set(events.map(({ event }) => event))
}

describe('npm run bench -- --stream, --live', () => {
  test('print only events to standard output, and serve a page that becomes the report', async () => {
    const child = bench(['missed', 'prints', '--stream', '-', '--live'])
    const end = ended(child)
    const url = await liveUrl(child)
    const viewed = await (await fetch(new URL('events', url))).text()
    const last = viewed.trimEnd().split('\n').at(-1) ?? ''
    const { ended: path } = JSON.parse(last.slice('data: '.length)) as { readonly ended: string }
    const report = await (await fetch(new URL(path, url))).text()
    const { exitCode, stdout, stderr } = await end
    expect(exitCode).toBe(2)
    expect(stderr).toContain('measurement: valid')

    const events = parsed(stdout)
    const [runFile = ''] = runFilesIn(folder())
    const run = await readRunFile(runFile)
    expect(report).toContain(run.runId)
    expect(new Set(events.map(({ runId }) => runId))).toEqual(new Set([run.runId]))
    expect(events[0]).toMatchObject({ event: 'run-started', system: { kind: 'memory' } })
    expect(events.at(-1)).toMatchObject({
      event: 'run-ended',
      status: 'complete',
      exitCode: 2,
      paths: { json: runFile },
    })
    const ends = events.filter((event) => event.event === 'scenario-ended')
    const measured = run.scenarios.flatMap((entry) => (entry.state === 'measured' ? [entry] : []))
    expect(ends.map(({ scenario, slo }) => ({ scenario, slo }))).toEqual(
      measured.map(({ name, slo }) => ({ scenario: name, slo })),
    )
    const figures = measured.flatMap(({ result }) =>
      result.operations.map(({ response }) => response.figures),
    )
    expect(ends.flatMap((of) => of.operations.map(({ response }) => response))).toEqual(figures)
  })

  test('to a file that is replaced, up to the end of an interrupted run', async () => {
    const path = join(folder(), 'run.ndjson')
    writeFileSync(path, 'an earlier run')
    const child = bench(['long', '--stream', path])
    const end = ended(child)
    await untilIn(path, '"event":"interval"')
    child.kill('SIGINT')
    expect((await end).exitCode).toBe(130)
    const events = parsed(readFileSync(path, 'utf8'))
    expect(kindsOf(events)).toEqual(
      new Set([
        'run-started',
        'scenario-started',
        'load-started',
        'progress',
        'interval',
        'scenario-ended',
        'run-ended',
      ]),
    )
    expect(events.at(-1)).toMatchObject({ event: 'run-ended', status: 'interrupted' })
  })

  test('to a reader that goes away measures to the end, with the same exit code', async () => {
    const child = bench(['met', '--stream', '-'])
    const out = child.stdout
    if (out === null || child.stderr === null) throw new Error('no output')
    child.stderr.resume()
    await once(out, 'data')
    out.destroy()
    const [exitCode] = (await once(child, 'exit')) as [number]
    expect(exitCode).toBe(0)
    expect(runFilesIn(folder())).toHaveLength(1)
  })

  test('to a file that can’t be written to is refused before anything is measured', async () => {
    const { exitCode, stderr } = await ended(bench(['met', '--stream', '/proc/none/x']))
    expect(stderr).toMatch(/^--stream: \/proc\/none\/x: ENOENT/)
    expect(exitCode).toBe(2)
    expect(readdirSync(folder())).toEqual([])
  })
})

async function untilIn(path: string, text: string): Promise<void> {
  while (!readFileSync(path, 'utf8').includes(text)) {
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

/** The address that a run prints to standard error. */
function liveUrl({ stderr }: ReturnType<typeof startCommand>): Promise<string> {
  return new Promise((resolve) => {
    stderr?.on('data', (chunk: unknown) => {
      const [, url] = /^Live: (\S+)$/m.exec(String(chunk)) ?? []
      if (url !== undefined) resolve(url)
    })
  })
}
