import { expect } from 'vitest'

/**
 * Runs steps that must end within a TTL; repeats them with a longer TTL if a busy machine is too slow.
 * @param attempt resolves to `null` if it was too slow.
 * @returns the result, and the TTL in ms.
 */
export async function inTime<T>(
  attempt: (ttlMs: number) => Promise<T | null>,
): Promise<readonly [result: T, ttlMs: number]> {
  for (const ttlMs of [300, 2_000, 12_000]) {
    const result = await attempt(ttlMs)
    if (result !== null) return [result, ttlMs]
  }
  return expect.fail('too slow for the longest TTL')
}
