import type { Warnings } from '../warnings.ts'

/** How often a reader asks whether Redis evicts keys, in ms, as long as it isn't set up to. */
const ASK_EVERY_MS = 250

/**
 * Notices evictions by what INFO says: keys that a Redis with too little memory removes, whose they
 * are it doesn't say. If it may evict, it is asked with every read; if INFO is forbidden, never again.
 */
export class Evictions {
  readonly #warnings: Warnings
  readonly #server: string
  #evictedKeys: string | undefined
  #isEvicting = false
  #isPermitted = true
  #askedAtMs = -Infinity

  /** @param server its name, for messages. */
  constructor(warnings: Warnings, server: string) {
    this.#warnings = warnings
    this.#server = server
  }

  /** Whether the next read is to ask for facts. */
  isDue(nowMs: number): boolean {
    return this.#isPermitted && (this.#isEvicting || nowMs - this.#askedAtMs >= ASK_EVERY_MS)
  }

  /**
   * Takes what INFO said.
   * @param facts lines: keys evicted since the start, bytes at most, policy; '' if INFO is forbidden.
   * @returns whether keys were evicted since the facts before.
   */
  observe(facts: string, nowMs: number): boolean {
    const [evictedKeys = '', maxBytes = '', policy = ''] = facts.split('\n')
    this.#askedAtMs = nowMs
    this.#isPermitted = facts !== ''
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
