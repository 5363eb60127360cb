import { RegistryError } from '../errors.ts'

/** A reply of a script that has the form it must have: a list. */
export function listFrom(reply: unknown): readonly unknown[] {
  if (Array.isArray(reply)) return reply
  throw unexpected(reply)
}

/** A whole number ≥ 0. */
export function countFrom(reply: unknown): number {
  if (typeof reply === 'number' && Number.isSafeInteger(reply) && reply >= 0) return reply
  throw unexpected(reply)
}

/** 1 or 0. */
export function flagFrom(reply: unknown): boolean {
  if (reply === 1 || reply === 0) return reply === 1
  throw unexpected(reply)
}

export function textFrom(reply: unknown): string {
  if (typeof reply === 'string') return reply
  throw unexpected(reply)
}

/** What a reply means that has none of the forms it may have, e.g. of a proxy or another script. */
export function unexpected(reply: unknown): RegistryError {
  return new RegistryError(
    'UNAVAILABLE',
    `Redis replied with something unexpected: ${JSON.stringify(reply)?.slice(0, 80)}`,
  )
}
