import { styleText } from 'node:util'
import { printable } from '../../../printable.ts'
import type { RunEvent } from '../../live/run-event.ts'
import { BottomBlock } from './bottom-block.ts'
import type { Painter } from './load-lines.ts'
import { LiveRun } from './live-run.ts'
import { PlainLines, startLine } from './plain-lines.ts'
import { placeText, runLines } from './run-lines.ts'

/** How a run's progress is shown. */
export interface LiveTerminalOptions {
  /** How often a line is left that says what came so far, in ms, terminal or not. Default: every 5 s, without one. */
  readonly reportIntervalMs?: number | undefined
  /** Off if something else redraws this terminal. Default: true. */
  readonly isBlockAllowed?: boolean
  /** Other streams that may show on the same terminal. */
  readonly others?: readonly NodeJS.WriteStream[]
}

const LINE_EVERY_MS = 5_000

/** Shows a run while it goes on: a changing block at the bottom of a terminal, one plain line per interval elsewhere. */
export class LiveTerminal {
  readonly #stream: NodeJS.WriteStream
  readonly #run = new LiveRun()
  readonly #block: BottomBlock | null
  readonly #lines: PlainLines | null

  constructor(
    stream: NodeJS.WriteStream,
    { reportIntervalMs, isBlockAllowed = true, others = [] }: LiveTerminalOptions = {},
  ) {
    this.#stream = stream
    const hasBlock = isBlockAllowed && canRedraw(stream, process.env)
    const paint = painterFor(stream)
    this.#block = hasBlock
      ? new BottomBlock(
          stream,
          (size) => runLines(this.#run, size, performance.now(), paint),
          others,
        )
      : null
    this.#lines =
      hasBlock && reportIntervalMs === undefined
        ? null
        : new PlainLines(reportIntervalMs ?? LINE_EVERY_MS)
  }

  /** Whether running tests are shown by name in a block. */
  get hasBlock(): boolean {
    return this.#block !== null
  }

  apply(event: RunEvent): void {
    if (event.event === 'run-ended') {
      this.close()
      return
    }
    this.#run.apply(event, performance.now())
    if (event.event === 'load-started' || event.event === 'progress') this.#printLine(event)
    if (event.event === 'scenario-started') this.#block?.open()
    this.#block?.update()
  }

  /** Leaves the terminal as it was. */
  close(): void {
    this.#block?.close()
  }

  #printLine({ event, scenario, load: index }: Extract<RunEvent, { readonly load: number }>): void {
    if (this.#lines === null) return
    const loads = this.#run.tests.get(scenario.id)?.loads ?? []
    const load = loads[index]
    if (load === undefined) return
    const name = loads.length > 1 ? `${printable(load.name)}: ` : ''
    if (event === 'progress') {
      const line = this.#lines.next(load)
      if (line !== null) this.#stream.write(`  ${name}${line}\n`)
    } else if (this.#block === null) {
      const place = placeText(this.#run, performance.now())
      this.#stream.write(`  ${name}${startLine(load)}${place === null ? '' : `   ${place}`}\n`)
    }
  }
}

/** Whether a stream shows colours is asked once, because every answer takes longer than a line of a block. */
function painterFor(stream: NodeJS.WriteStream): Painter {
  if (styleText('bold', 'text', { stream }) === 'text') return (_, text) => text
  return (style, text) => styleText(style, text, { validateStream: false })
}

/** Whether a stream is a terminal that someone watches and that can move its cursor. */
function canRedraw(
  { isTTY }: Pick<NodeJS.WriteStream, 'isTTY'>,
  { TERM, CI = '' }: NodeJS.ProcessEnv,
): boolean {
  return isTTY && TERM !== 'dumb' && ['', '0', 'false'].includes(CI)
}
