import { expect } from 'vitest'

/**
 * Does what has to be done within a TTL, again with a longer one if a busy machine was too late.
 * @param attempt gives `null` if it was.
 * @returns what it gave, and the TTL in ms.
 */
export async function inTime<T>(
  attempt: (ttlMs: number) => Promise<T | null>,
): Promise<readonly [result: T, ttlMs: number]> {
  for (const ttlMs of [300, 2_000, 12_000]) {
    const result = await attempt(ttlMs)
    if (result !== null) return [result, ttlMs]
  }
  return expect.fail('what must live had ended, however long its TTL')
}
