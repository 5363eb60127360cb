import { once } from 'node:events'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { streamEventSchema, type StreamEvent } from '../report/live/stream-schema.ts'
import { readRunFile } from '../run-file/read/read-run-file.ts'
import { ended, runFilesIn, startCommand, useResultsFolder, type Ended } from './testing/command.ts'

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

describe('npm run bench -- --stream', () => {
  test('- prints only events to standard output, and they agree with the run file', async () => {
    const { exitCode, stdout, stderr }: Ended = await ended(
      bench(['missed', 'prints', '--stream', '-']),
    )
    expect(exitCode).toBe(2)
    expect(stderr).toContain('measurement: valid')
    const events = parsed(stdout)
    const [path = ''] = runFilesIn(folder())
    const run = await readRunFile(path)
    expect(new Set(events.map(({ runId }) => runId))).toEqual(new Set([run.runId]))
    expect(events[0]).toMatchObject({ event: 'run-started', system: { kind: 'memory' } })
    expect(events.at(-1)).toMatchObject({
      event: 'run-ended',
      status: 'complete',
      exitCode: 2,
      paths: { json: path },
    })
    const ends = events.filter((event) => event.event === 'scenario-ended')
    const measured = run.scenarios.flatMap((entry) => (entry.state === 'measured' ? [entry] : []))
    expect(ends.map(({ scenario, slo }) => ({ scenario, slo }))).toEqual(
      measured.map(({ name, slo }) => ({ scenario: name, slo })),
    )
    const figures = measured.flatMap(({ result }) =>
      result.operations.map((o) => o.response.figures),
    )
    expect(ends.flatMap((end) => end.operations.map(({ response }) => response))).toEqual(figures)
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

  test.each([
    [['--stream', '/proc/none/x'], /^--stream: \/proc\/none\/x: ENOENT/],
    [['--stream', '--ui'], /^--stream: --ui looks like an option\./],
    [['--ui', '--stream', '-'], /^--stream: --ui prints to standard output\./],
    [['--generators', '2', '--stream', '-'], /^--stream: .*--generators/],
  ])('%j is refused before anything is measured', async (args, message) => {
    const { exitCode, stderr } = await ended(bench(['met', ...args]))
    expect(stderr).toMatch(message)
    expect(exitCode).toBe(2)
    expect(readdirSync(folder()).map((path) => basename(path))).toEqual([])
  })
})

async function untilIn(path: string, text: string): Promise<void> {
  while (!readFileSync(path, 'utf8').includes(text)) {
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}
