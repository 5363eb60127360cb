import type { Warnings } from '../warnings.ts'

/**
 * Detects evictions by INFO, which counts the keys that Redis has removed to free memory but doesn't name
 * them. Without permission for INFO, evictions go unnoticed.
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

  /** Whether Redis is configured to evict, so every read must check. */
  get isEvicting(): boolean {
    return this.#isEvicting
  }

  /**
   * Takes facts from INFO.
   * @param facts lines of evicted keys, maxmemory in bytes, policy; '' without permission for INFO.
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
      `Redis at ${this.#server} evicts keys above ${maxBytes} bytes (maxmemory-policy ${policy}): ` +
        'registrations can vanish before they expire, and every read is slower because it must check. ' +
        'Set maxmemory-policy to noeviction, or use a Redis that is not a cache.',
    )
  }
}
