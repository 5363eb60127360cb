import { formatCount } from '../../format.ts'
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

const NOUNS: Readonly<Record<RateName, string>> = {
  registrations: 'registrations',
  multicasts: 'multicasts',
  payloadBytes: 'bytes of payload × recipients',
}

/** The error for a call that a quota of `namespace` refused. */
export function refusalError(namespace: string, refusal: Refusal): RegistryError {
  const whose = namespace === '' ? 'The namespace' : `Namespace "${namespace}"`
  const limit = formatCount(refusal.limit)
  switch (refusal.kind) {
    case 'identities':
      return exceeded(
        refusal.retryAfterMs,
        `${whose} holds ${limit} identities, all that its quota allows. ` +
          (refusal.retryAfterMs === null
            ? 'None of them expires by itself; unregister one.'
            : `Unregister one, or wait: the first expires in ${formatCount(refusal.retryAfterMs)} ms unless it is renewed.`),
      )
    case 'connections':
      return exceeded(
        refusal.retryAfterMs,
        `${whose} has a quota of ${limit} registries open at once, and that many are. Close one; ` +
          `those of processes that ended without closing them count for 30 s longer.`,
      )
    case 'maxTtlMs':
      return exceeded(
        null,
        `ttlMs: ${whose.replace('N', 'n').replace('The', 'the')} has a quota of ${limit} ms; give a ttlMs from 1 to ${refusal.limit}.`,
      )
    case 'recipients':
      return exceeded(
        null,
        `${whose} has a quota of ${limit} recipients per multicast. Narrow the filter; nothing was sent.`,
      )
    case 'registrations':
    case 'multicasts':
    case 'payloadBytes': {
      const noun = NOUNS[refusal.kind]
      if (refusal.retryAfterMs === null) {
        return exceeded(
          null,
          `${whose} has a quota of ${limit} ${noun} at once; waiting doesn't help.`,
        )
      }
      return new RegistryError(
        'RATE_LIMITED',
        `${whose} has used up its quota of ${limit} ${noun} per second. Try again in ${formatCount(refusal.retryAfterMs)} ms.`,
        { retryAfterMs: refusal.retryAfterMs },
      )
    }
  }
}

function exceeded(retryAfterMs: number | null, message: string): RegistryError {
  return new RegistryError('QUOTA_EXCEEDED', message, { retryAfterMs })
}
