import { RegistryError } from '../errors.ts'

/** Checks that a reply is a list. */
export function listFrom(reply: unknown): readonly unknown[] {
  if (Array.isArray(reply)) return reply
  throw unexpected(reply)
}

/** Checks that a reply is an integer ≥ 0. */
export function countFrom(reply: unknown): number {
  if (typeof reply === 'number' && Number.isSafeInteger(reply) && reply >= 0) return reply
  throw unexpected(reply)
}

/** Checks that a reply is 1 or 0. */
export function flagFrom(reply: unknown): boolean {
  if (reply === 1 || reply === 0) return reply === 1
  throw unexpected(reply)
}

/** Checks that a reply is a string. */
export function textFrom(reply: unknown): string {
  if (typeof reply === 'string') return reply
  throw unexpected(reply)
}

/** The error for a malformed reply, for example from a proxy. */
export function unexpected(reply: unknown): RegistryError {
  return new RegistryError(
    'UNAVAILABLE',
    `Redis sent an unexpected reply: ${JSON.stringify(reply)?.slice(0, 80)}`,
  )
}
