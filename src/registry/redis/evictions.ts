import type { Warnings } from '../warnings.ts'

/**
 * Notices evictions by INFO: it counts keys that a Redis short of memory has removed, but doesn't
 * name them. Without permission for INFO, evictions go unnoticed.
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

  /** Whether INFO is permitted: Redis logs each refusal. */
  get isPermitted(): boolean {
    return this.#isPermitted
  }

  /** Whether Redis is set to evict, so that each read must check. */
  get isEvicting(): boolean {
    return this.#isEvicting
  }

  /**
   * Takes the facts from INFO.
   * @param facts lines: keys evicted since the start, most bytes, policy; '' without permission for INFO.
   * @returns whether keys were evicted since the previous facts.
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
