import { RegistryError } from '../errors.ts'

/*
 * Patterns of a schema meet texts of a tenant's callers. The regular expressions of JavaScript may take exponential time for
 * some texts; these take time in proportion to the text (Thompson 1968): all ways through the pattern are followed at once.
 *
 *     a(b|c)*d    →  a ─▶ ┬─▶ b ─┐ ─▶ d ─▶ match
 *                     ▲   ├─▶ c ─┤
 *                     ╰───┴──────╯
 */

/** The most states of a pattern: one per character that it names, counted as often as it is repeated. */
const MAX_STATES = 500

/** The deepest nesting of groups. */
const MAX_DEPTH = 50

type State =
  | { readonly kind: 'character'; readonly matches: (character: string) => boolean }
  | { readonly kind: 'start' | 'end' | 'empty' | 'match' }

/** A state and those that follow; a fork has no character and several followers. */
interface Node {
  readonly state: State
  readonly next: number[]
}

/** A part of a pattern: where it is entered, and the states that it is left from. */
interface Part {
  readonly first: number
  readonly last: number
}

/** A regular expression whose matching takes linear time. */
export class Pattern {
  readonly source: string
  readonly #nodes: readonly Node[]
  readonly #first: number

  /**
   * @param source as for `new RegExp(source, 'u')`, without look-around, back references and `\b`.
   * @throws RegistryError `INVALID_ARGUMENT`
   */
  constructor(source: string) {
    this.source = source
    const reader = new PatternReader(source)
    const { first } = reader.read()
    this.#nodes = reader.nodes
    this.#first = first
  }

  /** Whether any part of a text matches. */
  test(text: string): boolean {
    const characters = Array.from(text)
    const seenAt = new Int32Array(this.#nodes.length).fill(-1)
    let here: number[] = []
    let isMatch = false
    /** Adds a state, and all that follow without a character. */
    const enter = (start: number, at: number): void => {
      const waiting = [start]
      for (let index = waiting.pop(); index !== undefined; index = waiting.pop()) {
        const node = this.#nodes[index]
        if (node === undefined || seenAt[index] === at) continue
        seenAt[index] = at
        const { kind } = node.state
        if (kind === 'match') isMatch = true
        if (kind === 'character') here.push(index)
        else if (
          kind === 'empty' ||
          (kind === 'start' && at === 0) ||
          (kind === 'end' && at === characters.length)
        ) {
          waiting.push(...node.next)
        }
      }
    }
    for (const [at, character] of characters.entries()) {
      enter(this.#first, at)
      if (isMatch) return true
      const before = here
      here = []
      for (const index of before) {
        const node = this.#nodes[index]
        if (node?.state.kind !== 'character' || !node.state.matches(character)) continue
        for (const next of node.next) enter(next, at + 1)
      }
    }
    enter(this.#first, characters.length)
    return isMatch
  }

  /** Distinguishes patterns. */
  toString(): string {
    return `/${this.source}/u`
  }
}

/** Reads a pattern by recursive descent. */
class PatternReader {
  readonly nodes: Node[] = []
  readonly #source: string
  readonly #characters: readonly string[]
  #at = 0
  #depth = 0

  constructor(source: string) {
    this.#source = source
    this.#characters = Array.from(source)
  }

  read(): Part {
    try {
      ''.search(new RegExp(this.#source, 'u'))
    } catch (error) {
      throw this.#refused(error instanceof Error ? error.message : String(error))
    }
    const part = this.#alternatives()
    if (this.#at < this.#characters.length) throw this.#refused('it has an unexpected ")"')
    this.#link(part.last, this.#add({ kind: 'match' }))
    return part
  }

  #alternatives(): Part {
    this.#depth += 1
    if (this.#depth > MAX_DEPTH) throw this.#refused(`it has groups more than ${MAX_DEPTH} deep`)
    const first = this.#add({ kind: 'empty' })
    const last = this.#add({ kind: 'empty' })
    do {
      const sequence = this.#sequence()
      this.#link(first, sequence.first)
      this.#link(sequence.last, last)
    } while (this.#takes('|'))
    this.#depth -= 1
    return { first, last }
  }

  #sequence(): Part {
    const first = this.#add({ kind: 'empty' })
    let last = first
    while (this.#at < this.#characters.length && !'|)'.includes(this.#peek())) {
      const part = this.#repeated()
      this.#link(last, part.first)
      last = part.last
    }
    return { first, last }
  }

  /** An atom with its quantifier, which repeats its text: each repetition has states of its own. */
  #repeated(): Part {
    const beganAt = this.#at
    const once = this.#atom()
    const [least, most] = this.#quantifier()
    const endedAt = this.#at
    if (least === 1 && most === 1) return once
    const again = (): Part => {
      this.#at = beganAt
      return this.#atom()
    }
    const first = this.#add({ kind: 'empty' })
    const end = this.#add({ kind: 'empty' })
    let last = first
    let unused: Part | null = once
    const copy = (): Part => {
      const part = unused ?? again()
      unused = null
      return part
    }
    for (let n = 0; n < least; n += 1) {
      const part = copy()
      this.#link(last, part.first)
      last = part.last
    }
    if (most === Infinity) {
      const part = copy()
      const fork = this.#add({ kind: 'empty' })
      this.#link(last, fork)
      this.#link(fork, part.first)
      this.#link(part.last, fork)
      last = fork
    } else {
      for (let n = least; n < most; n += 1) {
        this.#link(last, end)
        const part = copy()
        this.#link(last, part.first)
        last = part.last
      }
    }
    this.#link(last, end)
    this.#at = endedAt
    return { first, last: end }
  }

  #quantifier(): readonly [least: number, most: number] {
    const bounds = this.#bounds()
    if (bounds === null) return [1, 1]
    // Lazy or greedy makes no difference to whether there is a match.
    this.#takes('?')
    return bounds
  }

  #bounds(): readonly [least: number, most: number] | null {
    if (this.#takes('*')) return [0, Infinity]
    if (this.#takes('+')) return [1, Infinity]
    if (this.#takes('?')) return [0, 1]
    if (this.#peek() !== '{') return null
    const text = this.#through('}')
    const [, least = '', comma, most = ''] = /^\{(\d+)(,?)(\d*)\}$/.exec(text) ?? []
    return [Number(least), comma === '' ? Number(least) : most === '' ? Infinity : Number(most)]
  }

  #atom(): Part {
    const character = this.#next()
    switch (character) {
      case '^':
        return this.#single({ kind: 'start' })
      case '$':
        return this.#single({ kind: 'end' })
      case '(':
        return this.#group()
      case '[':
        this.#at -= 1
        return this.#set(this.#class())
      case '.':
        return this.#set('.')
      case '\\':
        return this.#set(this.#escape())
      default:
        return this.#single({ kind: 'character', matches: (each) => each === character })
    }
  }

  #group(): Part {
    if (this.#takes('?')) {
      const kind = this.#next()
      if (kind === '<' && !'=!'.includes(this.#peek())) this.#through('>')
      else if (kind !== ':') throw this.#refused('look-around is not supported')
    }
    const part = this.#alternatives()
    this.#next()
    return part
  }

  #class(): string {
    let text = this.#next()
    for (;;) {
      const character = this.#next()
      text += character
      if (character === '\\') text += this.#next()
      else if (character === ']' || character === '') return text
    }
  }

  /** An escape that stands for one character. The language of the pattern is valid, so only its length is read. */
  #escape(): string {
    const kind = this.#next()
    if (/[bB]/.test(kind)) throw this.#refused(String.raw`\b is not supported`)
    if (/[1-9k]/.test(kind)) throw this.#refused('back references are not supported')
    if (/[pP]/.test(kind)) return `\\${kind}${this.#through('}')}`
    if (kind === 'u' && this.#peek() === '{') return `\\u${this.#through('}')}`
    if (kind === 'c') return `\\c${this.#next()}`
    const length = kind === 'u' ? 4 : kind === 'x' ? 2 : 0
    const digits = Array.from({ length }, () => this.#next()).join('')
    if (kind === 'u' && /^d[89ab]/i.test(digits)) {
      throw this.#refused(String.raw`write \u{…} instead of two \u for one character`)
    }
    return `\\${kind}${digits}`
  }

  /** A state for one of the characters that `source` stands for, which is itself a pattern. */
  #set(source: string): Part {
    const one = new RegExp(`^${source}$`, 'u')
    return this.#single({ kind: 'character', matches: (character) => one.test(character) })
  }

  #single(state: State): Part {
    const index = this.#add(state)
    return { first: index, last: index }
  }

  #add(state: State): number {
    // Each character adds at most five.
    if (this.nodes.length >= 5 * MAX_STATES) {
      throw this.#refused(`it is too long: at most ${MAX_STATES} characters, repetitions included`)
    }
    return this.nodes.push({ state, next: [] }) - 1
  }

  #link(from: number, to: number): void {
    this.nodes[from]?.next.push(to)
  }

  #peek(): string {
    return this.#characters[this.#at] ?? ''
  }

  #next(): string {
    const character = this.#peek()
    this.#at += 1
    return character
  }

  #takes(character: string): boolean {
    if (this.#peek() !== character) return false
    this.#at += 1
    return true
  }

  /** The text from here to the next `end`, included. */
  #through(end: string): string {
    const from = this.#at
    while (this.#at < this.#characters.length && this.#next() !== end);
    return this.#characters.slice(from, this.#at).join('')
  }

  #refused(why: string): RegistryError {
    return new RegistryError('INVALID_ARGUMENT', `pattern ${JSON.stringify(this.#source)}: ${why}`)
  }
}
