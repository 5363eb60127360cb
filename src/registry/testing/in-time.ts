import { expect } from 'vitest'

/**
 * Runs steps that must end within a TTL, repeated with a longer one if a busy machine was too slow.
 * @param attempt resolves to `null` if it was too slow.
 * @returns its result, and the TTL in ms.
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
