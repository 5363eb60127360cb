import { fstatSync } from 'node:fs'
import { StringDecoder } from 'node:string_decoder'

/** The size of a terminal, in characters. */
export interface TerminalSize {
  readonly columns: number
  readonly rows: number
}

/** Renders the lines of a block, each narrower than `columns`, and fewer of them than `rows`. */
export type RenderBlock = (size: TerminalSize) => readonly string[]

/** What a stream says of its file; standard streams have a file descriptor, which their type leaves out. */
interface MaybeTerminal {
  readonly isTTY: boolean
  readonly fd?: number
}

const BEGIN_FRAME = '\u001B[?2026h'
const END_FRAME = '\u001B[?2026l'
const HIDE_CURSOR = '\u001B[?25l'
const SHOW_CURSOR = '\u001B[?25h'
const NO_WRAP = '\u001B[?7l'
const WRAP = '\u001B[?7h'
const ERASE_BLOCK = '\r\u001B[J'
const ERASE_REST_OF_LINE = '\u001B[K'

/** At most four frames per second. */
const MIN_FRAME_MS = 250

/**
 * Keeps a block of lines at the bottom of a terminal, below everything else that this process prints.
 *
 * The cursor rests on the block's first character, so erasing it means erasing everything below the cursor. That
 * holds when the terminal becomes narrower and wraps the lines into more rows, where a cursor below the
 * block would be an unknown number of rows away from its top. A frame is a single write, which
 * terminals that know synchronized output show at once, and is left out if nothing changed.
 */
export class BottomBlock {
  readonly #stream: NodeJS.WriteStream
  readonly #others: readonly NodeJS.WriteStream[]
  readonly #render: RenderBlock
  readonly #write: (text: string) => void
  /** Undoes what `open` did, in this order. */
  readonly #undo: (() => void)[] = []
  #frame = ''
  #lastFrameMs = -Infinity
  #timer: NodeJS.Timeout | undefined

  /**
   * @param stream a terminal.
   * @param others streams that may show on the same terminal.
   */
  constructor(
    stream: NodeJS.WriteStream,
    render: RenderBlock,
    others: readonly NodeJS.WriteStream[] = [],
  ) {
    this.#stream = stream
    this.#render = render
    this.#others = others.filter((other) => other !== stream && areOneTerminal(stream, other))
    this.#write = stream.write.bind(stream)
  }

  /** Shows the block, until `close`. */
  open(): void {
    if (this.#undo.length > 0) return
    this.#write(HIDE_CURSOR)
    for (const stream of [this.#stream, ...this.#others]) this.#undo.push(this.#intercept(stream))
    const onResize = (): void => this.#draw()
    const onExit = (): void => this.close()
    this.#stream.on('resize', onResize)
    process.on('exit', onExit)
    process.on('uncaughtExceptionMonitor', onExit)
    this.#undo.push(() => {
      this.#stream.off('resize', onResize)
      process.off('exit', onExit)
      process.off('uncaughtExceptionMonitor', onExit)
      this.#write(SHOW_CURSOR)
    })
    this.#draw()
  }

  /** Something to show may have changed. */
  update(): void {
    if (this.#undo.length === 0 || this.#timer !== undefined) return
    const waitMs = this.#lastFrameMs + MIN_FRAME_MS - performance.now()
    if (waitMs <= 0) this.#draw()
    else this.#timer = setTimeout(() => this.#draw(), waitMs).unref()
  }

  /** Erases the block, and leaves the terminal as it was. */
  close(): void {
    if (this.#undo.length === 0) return
    clearTimeout(this.#timer)
    this.#timer = undefined
    if (this.#frame !== '') this.#write(ERASE_BLOCK)
    this.#frame = ''
    for (const undo of this.#undo.splice(0)) undo()
  }

  #draw(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    // A terminal of unknown size reports 0.
    const size = { columns: this.#stream.columns || 80, rows: this.#stream.rows || 24 }
    const frame = frameOf(this.#render(size).slice(0, size.rows - 1))
    if (frame === this.#frame) return
    this.#write(`${BEGIN_FRAME}${frame === '' ? ERASE_BLOCK : frame}${END_FRAME}`)
    this.#frame = frame
    this.#lastFrameMs = performance.now()
  }

  /** Prints above the block what others write to a stream. A line without an end waits for the rest of it. */
  #intercept(stream: NodeJS.WriteStream): () => void {
    const own = Object.getOwnPropertyDescriptor(stream, 'write')
    const write = stream.write.bind(stream)
    const decoder = new StringDecoder()
    let unended = ''
    const intercepted = (chunk: string | Uint8Array, ...rest: readonly unknown[]): boolean => {
      const text = unended + (typeof chunk === 'string' ? chunk : decoder.write(chunk))
      const end = text.lastIndexOf('\n') + 1
      unended = text.slice(end)
      const onWritten = rest.find((one) => typeof one === 'function') as (() => void) | undefined
      if (end === 0) return write('', onWritten)
      const printed = text.slice(0, end)
      if (this.#frame === '') return write(printed, onWritten)
      // A line at the end of the text must not be taken for one of the block.
      if (stream === this.#stream) {
        return write(`${BEGIN_FRAME}${ERASE_BLOCK}${printed}${this.#frame}${END_FRAME}`, onWritten)
      }
      this.#write(`${BEGIN_FRAME}${ERASE_BLOCK}`)
      const isFree = write(printed, onWritten)
      this.#write(`${this.#frame}${END_FRAME}`)
      return isFree
    }
    stream.write = intercepted
    return () => {
      if (own === undefined) Reflect.deleteProperty(stream, 'write')
      else Object.defineProperty(stream, 'write', own)
      if (unended !== '') write(unended)
    }
  }
}

/** A frame begins and ends on the block's first character. Wrapped lines would take more rows than it goes up. */
function frameOf(lines: readonly string[]): string {
  if (lines.length === 0) return ''
  const up = lines.length === 1 ? '' : `\u001B[${lines.length - 1}A`
  const rows = lines.map((line) => `${line}${ERASE_REST_OF_LINE}`).join('\r\n')
  return `\r${NO_WRAP}${rows}\u001B[J${WRAP}${up}\r`
}

/** Whether both streams show on the same terminal, as standard output and standard error usually do. */
function areOneTerminal(a: MaybeTerminal, b: MaybeTerminal): boolean {
  if (!a.isTTY || !b.isTTY || a.fd === undefined || b.fd === undefined) return false
  try {
    return fstatSync(a.fd).rdev === fstatSync(b.fd).rdev
  } catch {
    return false
  }
}
