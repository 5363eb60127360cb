import { afterEach, expect, test, vi } from 'vitest'
import { LiveTerminal } from './live-terminal.ts'
import { loadStarted, progressOf, second, someProgress, started } from './testing/run-events.ts'
import { VirtualTerminal } from './testing/virtual-terminal.ts'

afterEach(() => {
  vi.unstubAllEnvs()
})

/** Without the CI that may run these tests. */
function onTerminal(isTTY = true, env: Readonly<Record<string, string>> = {}) {
  vi.stubEnv('CI', undefined)
  vi.stubEnv('TERM', 'xterm')
  vi.stubEnv('FORCE_COLOR', undefined)
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value)
  const terminal = new VirtualTerminal(80, 24)
  Object.assign(terminal, { isTTY })
  return terminal
}

const LOAD = [
  started('mixed', 2, 4),
  loadStarted('mixed', { durationMs: 60_000 }),
  progressOf('mixed', { intervals: [second(0)] }),
]

test('a terminal has a block, and is as it was when the run ends', () => {
  const terminal = onTerminal()
  const live = new LiveTerminal(terminal.stream)
  for (const event of LOAD) live.apply(event)
  terminal.stream.write('heading\n')
  expect(terminal.screen[0]).toBe('heading')
  expect(terminal.screen[1]).toMatch(/^mixed +preparing$/)
  live.close()
  live.apply(progressOf('mixed'))
  expect(terminal.transcript).toEqual(['heading'])
  expect(terminal.isCursorVisible).toBe(true)
})

test.each<[string, boolean, Readonly<Record<string, string>>]>([
  ['a pipe', false, {}],
  ['a CI', true, { CI: 'true' }],
  ['a terminal that cannot move its cursor', true, { TERM: 'dumb' }],
])('%s has one plain line per interval', (_, isTTY, env) => {
  const terminal = onTerminal(isTTY, env)
  const live = new LiveTerminal(terminal.stream)
  for (const event of LOAD) live.apply(event)
  const soFar = { ...someProgress().soFar, seconds: 5 }
  live.apply(progressOf('mixed', { durationMs: 60_000, soFar }))
  live.close()
  expect(terminal.writes).toEqual([
    '  constant 100/s for 60 s after 2 s of warm-up   scenario 2 of 4\n',
    '  5 of 60 s   400 requests   80/s   success 100 %   3 in flight   P50 1.00 ms   P95 2.00 ms   P99 4.00 ms\n',
  ])
})

test('lines of an interval that was asked for stay above the block', () => {
  const terminal = onTerminal()
  const live = new LiveTerminal(terminal.stream, { reportIntervalMs: 1_000 })
  for (const event of LOAD) live.apply(event)
  live.close()
  expect(terminal.transcript).toEqual([expect.stringMatching(/^ {2}4 of 10 s {3}400 requests/)])
})

test('loads of one test are told apart', () => {
  const terminal = onTerminal(false)
  const live = new LiveTerminal(terminal.stream, { reportIntervalMs: 1_000 })
  for (const event of [...LOAD, loadStarted('mixed', {}, 1), progressOf('mixed', {}, 1)]) {
    live.apply(event)
  }
  expect(terminal.transcript.slice(-2)).toEqual([
    expect.stringMatching(/^ {2}mixed \(load 2\): constant 100\/s for 10 s/),
    expect.stringMatching(/^ {2}mixed \(load 2\): 4 of 10 s/),
  ])
})

test.each([
  [{ FORCE_COLOR: '1' }, true],
  [{ NO_COLOR: '1' }, false],
])('%j: colours %s', (env, isColoured) => {
  const terminal = onTerminal(true, env)
  const live = new LiveTerminal(terminal.stream)
  for (const event of LOAD) live.apply(event)
  live.close()
  // oxlint-disable-next-line no-control-regex
  expect(/\u001B\[\d+m/.test(terminal.writes.join(''))).toBe(isColoured)
})
