import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { BottomBlock, type TerminalSize } from './bottom-block.ts'
import { VirtualTerminal, type OnResize } from './testing/virtual-terminal.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

/** An open block, whose lines a test may change. */
function open(columns = 40, rows = 10, onResize: OnResize = 'wrap') {
  const terminal = new VirtualTerminal(columns, rows, onResize)
  const shown: { lines: readonly string[] } = { lines: [] }
  const render = ({ columns: width }: TerminalSize): readonly string[] =>
    shown.lines.map((line) => line.slice(0, width - 1))
  const block = new BottomBlock(terminal.stream, render)
  block.open()
  const show = (...lines: readonly string[]): void => {
    shown.lines = lines
    vi.advanceTimersByTime(250)
    block.update()
  }
  return { terminal, block, show, shown }
}

test('the block stays below what is printed, and each frame replaces the one before', () => {
  const { terminal, show } = open()
  show('first frame', 'of two')
  terminal.write('printed\n')
  expect(terminal.screen).toEqual(['printed', 'first frame', 'of two'])
  show('one line')
  terminal.write('more\n')
  expect(terminal.screen).toEqual(['printed', 'more', 'one line'])
})

test('it leaves a clean screen and a visible cursor', () => {
  const { terminal, block, show } = open()
  expect(terminal.isCursorVisible).toBe(false)
  terminal.write('printed\n')
  show('block')
  block.close()
  terminal.write('after\n')
  expect(terminal.screen).toEqual(['printed', 'after'])
  expect(terminal.isCursorVisible).toBe(true)
  expect(terminal.listenerCount('resize')).toBe(0)
})

test.each(['exit', 'uncaughtExceptionMonitor'] as const)('so does the event %s', (event) => {
  const before = process.listeners(event as 'exit')
  const { terminal, show } = open()
  const [added] = process.listeners(event as 'exit').filter((one) => !before.includes(one))
  show('block')
  added?.(0)
  expect(terminal.transcript).toEqual([])
  expect(terminal.isCursorVisible).toBe(true)
  expect(process.listeners(event as 'exit')).toEqual(before)
})

describe('frames', () => {
  test('are a single write each, and none if nothing changed', () => {
    const { terminal, show } = open()
    show('a', 'b', 'c')
    const { length } = terminal.writes
    show('a', 'b', 'c')
    expect(terminal.writes.length).toBe(length)
    show('a', 'b', 'd')
    expect(terminal.writes.length).toBe(length + 1)
  })

  test('come four times per second at most, the last of them always', () => {
    const { terminal, block, shown } = open()
    vi.advanceTimersByTime(250)
    const before = terminal.writes.length
    for (let ms = 0; ms < 1_000; ms += 10) {
      shown.lines = [`${ms} ms`]
      block.update()
      vi.advanceTimersByTime(10)
    }
    expect(terminal.writes.length - before).toBeLessThanOrEqual(5)
    vi.advanceTimersByTime(250)
    expect(terminal.screen).toEqual(['990 ms'])
  })

  test('are never taller than the screen', () => {
    const { terminal, show } = open(40, 4)
    terminal.write('printed\n')
    show('1', '2', '3', '4', '5', '6')
    show('7', '8', '9', '4', '5', '6')
    expect(terminal.transcript).toEqual(['printed', '7', '8', '9'])
  })
})

test('a line that was begun waits for its end, which may be that of the block', () => {
  const { terminal, block, show } = open()
  show('block')
  terminal.write('one ')
  show('next')
  expect(terminal.screen).toEqual(['next'])
  terminal.write(Buffer.from('line\nand a'))
  expect(terminal.screen).toEqual(['one line', 'next'])
  block.close()
  expect(terminal.screen).toEqual(['one line', 'and a'])
})

test('who writes is told that it was written', () => {
  const { terminal, show } = open()
  show('block')
  const done = vi.fn()
  terminal.stream.write('whole\n', done)
  terminal.stream.write('begun', 'utf8', done)
  expect(done).toHaveBeenCalledTimes(2)
})

test.each(['wrap', 'cut'] as const)('a terminal that is resized has no debris: %s', (onResize) => {
  const { terminal, show } = open(60, 12, onResize)
  terminal.write('printed\n')
  show('a'.repeat(59), 'b'.repeat(59), 'c'.repeat(59))
  terminal.resize(25, 12)
  expect(terminal.screen).toEqual(['printed', 'a'.repeat(24), 'b'.repeat(24), 'c'.repeat(24)])
  terminal.resize(80, 3)
  expect(terminal.screen).toEqual(['printed', 'a'.repeat(59), 'b'.repeat(59)])
  terminal.resize(80, 12)
  expect(terminal.transcript).toEqual([
    'printed',
    ...['a', 'b', 'c'].map((letter) => letter.repeat(59)),
  ])
})

test('whatever happens to a terminal, all that was printed is there, and below it the block', () => {
  const line = fc.string({ unit: fc.constantFrom('x', 'y', 'z'), minLength: 1, maxLength: 90 })
  const lines = fc.array(line, { maxLength: 9 })
  const size = fc.record({
    columns: fc.integer({ min: 20, max: 90 }),
    rows: fc.integer({ min: 12, max: 30 }),
  })
  const step = fc.oneof(fc.record({ print: line }), fc.record({ show: lines }), fc.record({ size }))
  fc.assert(
    fc.property(size, fc.array(step, { maxLength: 25 }), (first, steps) => {
      const { terminal, block, show, shown } = open(first.columns, first.rows)
      const printed: string[] = []
      for (const one of steps) {
        if ('print' in one) {
          terminal.write(`${one.print}\n`)
          printed.push(one.print)
        } else if ('show' in one) show(...one.show)
        else terminal.resize(one.size.columns, one.size.rows)
        const visible = shown.lines.map((text) => text.slice(0, terminal.columns - 1))
        expect(terminal.transcript).toEqual([...printed, ...visible])
      }
      block.close()
      expect(terminal.transcript).toEqual(printed)
    }),
    { numRuns: 60 },
  )
})
