import { randomStream } from '../../../stats/random.ts'

/**
 * The random draws of one input of a fuzz test: the same seed and index always give the same draws, so
 * that one input can be repeated without those before it.
 */
export class Random {
  readonly #next: () => number

  constructor(seed: number, index: number) {
    this.#next = randomStream(seed, index)
  }

  /** A whole number from 0 to `bound` − 1. */
  below(bound: number): number {
    return Math.floor(this.#next() * bound)
  }

  /** True in one of `count` draws on average. */
  oneIn(count: number): boolean {
    return this.below(count) === 0
  }

  pick<T>(choices: readonly T[]): T {
    const choice = choices[this.below(choices.length)]
    if (choice === undefined) throw new Error('Nothing to pick from.')
    return choice
  }

  /** One of the keys, by their weights. */
  weighted<K extends string>(weights: Readonly<Record<K, number>>): K {
    const entries = Object.entries(weights) as [K, number][]
    let left = this.below(entries.reduce((sum, [, weight]) => sum + weight, 0))
    for (const [key, weight] of entries) {
      left -= weight
      if (left < 0) return key
    }
    throw new Error('Nothing has a weight.')
  }

  bytes(count: number): Buffer {
    return Buffer.from(Array.from({ length: count }, () => this.below(256)))
  }
}
