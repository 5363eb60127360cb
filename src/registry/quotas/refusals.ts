import { counted, formatCount } from '../../format.ts'
import { RegistryError } from '../errors.ts'
import type { RateName } from './quotas.ts'

/** A quota that refused a call. */
export type Refusal =
  | {
      readonly kind: 'identities'
      readonly limit: number
      /** Until the first identity expires; `null` if none does. */
      readonly retryAfterMs: number | null
    }
  | {
      readonly kind: 'connections'
      readonly limit: number
      /** Until the first lease ends unless it is renewed; `null` if there is none. */
      readonly retryAfterMs: number | null
    }
  | { readonly kind: 'maxTtlMs'; readonly limit: number }
  | { readonly kind: 'recipients'; readonly limit: number }
  | {
      readonly kind: RateName
      /** Per second, or the burst if more than that was asked for at once. */
      readonly limit: number
      /** Until there is enough; `null` if there never will be. */
      readonly retryAfterMs: number | null
    }

const NOUNS: Readonly<Record<RateName, readonly [singular: string, plural: string]>> = {
  registrations: ['registration', 'registrations'],
  multicasts: ['multicast', 'multicasts'],
  payloadBytes: ['byte of payload × recipients', 'bytes of payload × recipients'],
}

/** The error for a call that a quota of `namespace` refused. */
export function refusalError(namespace: string, refusal: Refusal): RegistryError {
  const whose = namespace === '' ? 'The namespace' : `Namespace "${namespace}"`
  const limited = (...nouns: readonly [string, string]) => counted(refusal.limit, ...nouns)
  switch (refusal.kind) {
    case 'identities':
      return exceeded(
        refusal.retryAfterMs,
        `${whose} holds ${limited('identity', 'identities')}, all that its quota allows. ` +
          (refusal.retryAfterMs === null
            ? 'None of them expires by itself; unregister one.'
            : `Unregister one, or wait: the first expires in ${formatCount(refusal.retryAfterMs)} ms unless it is renewed.`),
      )
    case 'connections':
      return exceeded(
        refusal.retryAfterMs,
        `${whose} has a quota of ${limited('open registry', 'open registries')}, and that many are. Close one; ` +
          `those of processes that ended without closing them count for 30 s longer.`,
      )
    case 'maxTtlMs':
      return exceeded(
        null,
        `${whose} has a quota of ${formatCount(refusal.limit)} ms for a TTL. Give a ttlMs from 1 to ${refusal.limit}.`,
      )
    case 'recipients':
      return exceeded(
        null,
        `${whose} has a quota of ${limited('recipient', 'recipients')} per multicast. Narrow the filter; nothing was sent.`,
      )
    case 'registrations':
    case 'multicasts':
    case 'payloadBytes': {
      const amount = limited(...NOUNS[refusal.kind])
      if (refusal.retryAfterMs === null) {
        return exceeded(null, `${whose} has a quota of ${amount} at once; waiting doesn't help.`)
      }
      return new RegistryError(
        'RATE_LIMITED',
        `${whose} has used up its quota of ${amount} per second. Try again in ${formatCount(refusal.retryAfterMs)} ms.`,
        { retryAfterMs: refusal.retryAfterMs },
      )
    }
  }
}

function exceeded(retryAfterMs: number | null, message: string): RegistryError {
  return new RegistryError('QUOTA_EXCEEDED', message, { retryAfterMs })
}
