import { EventEmitter } from 'node:events'
import { WriteStream } from 'node:tty'

/** A row of the screen, or of the rows that have scrolled off its top. */
interface Row {
  cells: string[]
  /** Whether its text continues in the next row, because it was too long for one. */
  isContinued: boolean
}

/** What a terminal does when its width changes: wrap its text anew, or cut the rows. */
export type OnResize = 'wrap' | 'cut'

// oxlint-disable-next-line no-control-regex
const SEQUENCE = /\u001B\[(\??)(\d*)([A-Za-z])|[^]/gu

/**
 * A terminal that keeps its screen as text: the escape sequences of `BottomBlock`, and no others. It has the
 * part of a `WriteStream` that printing uses.
 */
export class VirtualTerminal extends EventEmitter {
  readonly isTTY = true
  columns: number
  rows: number
  isCursorVisible = true
  /** By the environment, as of any terminal. */
  readonly getColorDepth = (): number => WriteStream.prototype.getColorDepth()
  /** Texts as they were written, one per write. */
  readonly writes: string[] = []
  readonly #onResize: OnResize
  #lines: Row[] = [newRow()]
  /** The first row on the screen. */
  #top = 0
  #row = 0
  #column = 0
  #isWrapping = true

  constructor(columns: number, rows: number, onResize: OnResize = 'wrap') {
    super()
    this.columns = columns
    this.rows = rows
    this.#onResize = onResize
  }

  /** The same as the stream that it stands for. */
  get stream(): NodeJS.WriteStream {
    return this as unknown as NodeJS.WriteStream
  }

  write(chunk: string | Uint8Array, ...rest: readonly unknown[]): boolean {
    const text = typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString()
    if (text !== '') this.writes.push(text)
    for (const [whole, mode = '', digits = '', command] of text.matchAll(SEQUENCE)) {
      if (command === undefined) this.#put(whole)
      else this.#obey(`${mode}${command}`, digits)
    }
    for (const done of rest) if (typeof done === 'function') done()
    return true
  }

  /** The screen without empty rows at its end. */
  get screen(): readonly string[] {
    return textOf(this.#lines.slice(this.#top, this.#top + this.rows))
  }

  /** Everything printed that is still there, a line of text per line however many rows it takes. */
  get transcript(): readonly string[] {
    const lines: string[] = []
    let isContinuing = false
    for (const { cells, isContinued } of this.#lines) {
      const text = shown(cells)
      if (isContinuing) lines.push(`${lines.pop() ?? ''}${text}`)
      else lines.push(text)
      isContinuing = isContinued
    }
    while (lines.at(-1) === '') lines.pop()
    return lines
  }

  resize(columns: number, rows: number): void {
    if (this.#onResize === 'wrap') this.#wrapAt(columns)
    else for (const row of this.#lines) row.cells.length = Math.min(row.cells.length, columns)
    this.columns = columns
    this.rows = rows
    this.#column = Math.min(this.#column, columns - 1)
    // The cursor stays on the screen, and rows that no longer fit below it are lost.
    this.#top = Math.max(Math.min(this.#top, this.#lines.length - rows), this.#row - rows + 1, 0)
    this.#lines.length = Math.min(this.#lines.length, this.#top + rows)
    this.emit('resize')
  }

  #put(character: string): void {
    if (character === '\r') this.#column = 0
    else if (character === '\n') this.#lineFeed()
    else {
      if (this.#column >= this.columns) {
        if (this.#isWrapping) {
          this.#current.isContinued = true
          this.#lineFeed()
        } else this.#column = this.columns - 1
      }
      const { cells } = this.#current
      while (cells.length < this.#column) cells.push(' ')
      cells[this.#column] = character
      this.#column++
    }
  }

  #obey(command: string, digits: string): void {
    if (command === 'A') this.#row = Math.max(this.#row - Number(digits || 1), this.#top)
    else if (command === 'K') this.#eraseRow()
    else if (command === 'J') {
      this.#eraseRow()
      this.#lines.length = this.#row + 1
    } else if (command === '?h' || command === '?l') this.#switch(digits, command === '?h')
    else if (command !== 'm') throw new TypeError(`unknown escape sequence: ${digits}${command}`)
  }

  #switch(mode: string, isOn: boolean): void {
    if (mode === '25') this.isCursorVisible = isOn
    else if (mode === '7') this.#isWrapping = isOn
    else if (mode !== '2026') throw new TypeError(`unknown mode: ${mode}`)
  }

  get #current(): Row {
    return (this.#lines[this.#row] ??= newRow())
  }

  #eraseRow(): void {
    const row = this.#current
    row.cells.length = Math.min(row.cells.length, this.#column, this.columns - 1)
    row.isContinued = false
  }

  /** Terminals take a line feed for the end of a line, unless told otherwise. */
  #lineFeed(): void {
    this.#row++
    this.#column = 0
    this.#lines[this.#row] ??= newRow()
    this.#top = Math.max(this.#top, this.#row - this.rows + 1)
  }

  /** The cursor stays on its character. */
  #wrapAt(columns: number): void {
    const wrapped: Row[] = []
    let cursorRow = 0
    for (let first = 0; first < this.#lines.length;) {
      let last = first
      while (this.#lines[last]?.isContinued === true && last + 1 < this.#lines.length) last++
      const cells = this.#lines.slice(first, last + 1).flatMap((row) => row.cells)
      if (this.#row >= first && this.#row <= last) {
        const before = this.#lines.slice(first, this.#row).flatMap((row) => row.cells).length
        cursorRow = wrapped.length + Math.floor((before + this.#column) / columns)
        this.#column = (before + this.#column) % columns
      }
      for (let at = 0; at === 0 || at < cells.length; at += columns) {
        const isContinued = at + columns < cells.length
        wrapped.push({ cells: cells.slice(at, at + columns), isContinued })
      }
      first = last + 1
    }
    this.#lines = wrapped
    this.#row = cursorRow
    this.#lines[this.#row] ??= newRow()
  }
}

function newRow(): Row {
  return { cells: [], isContinued: false }
}

function textOf(rows: readonly Row[]): readonly string[] {
  const lines = rows.map(({ cells }) => shown(cells))
  while (lines.at(-1) === '') lines.pop()
  return lines
}

function shown(cells: readonly string[]): string {
  return Array.from(cells, (cell) => cell ?? ' ')
    .join('')
    .trimEnd()
}
