import type { Warnings } from '../warnings.ts'

/**
 * Notices evictions by what INFO says: keys that a Redis with too little memory removes, whose they
 * are it doesn't say. Where INFO is forbidden, there are none to be noticed.
 */
export class Evictions {
  readonly #warnings: Warnings
  readonly #server: string
  #evictedKeys: string | undefined
  #isEvicting = false
  #isPermitted = true

  /** @param server its name, for messages. */
  constructor(warnings: Warnings, server: string) {
    this.#warnings = warnings
    this.#server = server
  }

  /** Whether INFO may be asked: each time that is refused is in the log of Redis. */
  get isPermitted(): boolean {
    return this.#isPermitted
  }

  /** Whether Redis is set up to evict, so that each read has to ask. */
  get isEvicting(): boolean {
    return this.#isEvicting
  }

  /**
   * Takes what INFO said.
   * @param facts lines: keys evicted since the start, bytes at most, policy; '' if INFO is forbidden.
   * @returns whether keys were evicted since the facts before.
   */
  observe(facts: string): boolean {
    if (facts === '') {
      this.#isPermitted = false
      return false
    }
    const [evictedKeys = '', maxBytes = '', policy = ''] = facts.split('\n')
    const isEvicting = Number(maxBytes) > 0 && policy !== '' && policy !== 'noeviction'
    if (isEvicting && !this.#isEvicting) this.#warn(maxBytes, policy)
    this.#isEvicting = isEvicting
    const before = this.#evictedKeys
    this.#evictedKeys = evictedKeys
    return before !== undefined && before !== evictedKeys
  }

  #warn(maxBytes: string, policy: string): void {
    this.#warnings.warn(
      'EVICTING_REDIS',
      `Redis at ${this.#server} evicts keys when it holds ${maxBytes} bytes (maxmemory-policy ${policy}): ` +
        'registrations can vanish before they expire, and every read is slower because it has to ask. ' +
        'Set maxmemory-policy to noeviction, or use a Redis that is not a cache.',
    )
  }
}
