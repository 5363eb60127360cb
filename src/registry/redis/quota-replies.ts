import { RegistryError } from '../errors.ts'
import { RATE_NAMES, type RateName } from '../quotas/quotas.ts'
import { refusalError, type Refusal } from '../quotas/refusals.ts'
import type { NamespaceKeys } from './keys.ts'
import { unexpected } from './replies.ts'

const REFUSED = 'REFUSED '

/** The refusal of a caller whose version of the quotas is outdated. */
export const QUOTAS_CHANGED = `${REFUSED}CHANGED`

/** The refusal for a namespace that has no quotas. */
export const ABSENT = `${REFUSED}ABSENT`

/** How the refusal for damaged quotas begins; what is damaged follows. */
export const CORRUPT = `${REFUSED}CORRUPT `

/** Whether a script refused, and changed nothing. */
export function isRefused(reply: unknown): reply is string {
  return typeof reply === 'string' && reply.startsWith(REFUSED)
}

/** The error for a script's refusal. */
export function errorOfRefusal(reply: string, keys: NamespaceKeys): RegistryError {
  const [code = '', ...words] = reply.slice(REFUSED.length).split(' ')
  switch (code) {
    case 'QUOTA_EXCEEDED':
    case 'RATE_LIMITED':
      return refusalError(keys.namespace, refusalFrom(words, reply))
    case 'ABSENT':
      return unusable(keys, `There are none. ${HOW_TO_SET}`)
    case 'CORRUPT':
      return unusable(keys, `They are damaged: ${words.join(' ')}. ${HOW_TO_SET}`)
    case 'UNREADABLE':
      return unusable(
        keys,
        `Redis refused: ${words.join(' ')}. The user needs the rights that \`prism-loadtest access --quotas\` prints, ` +
          `and "${keys.quotas}" and "${keys.spent}" must be hashes.`,
      )
    default:
      return unexpected(reply)
  }
}

const HOW_TO_SET =
  'An administrator sets them with writeQuotas or `prism-loadtest access --quotas`; {} limits nothing.'

function unusable({ namespace, quotas }: NamespaceKeys, why: string): RegistryError {
  return new RegistryError(
    'UNAVAILABLE',
    `The registry is connected with quotas: true, but those of namespace "${namespace}" can't be read from "${quotas}". ${why}`,
  )
}

function refusalFrom([kind = '', limitText, msText]: readonly string[], reply: string): Refusal {
  const limit = Number(limitText)
  const retryAfterMs = msText === undefined ? null : Number(msText)
  if (!Number.isFinite(limit) || Number.isNaN(retryAfterMs)) throw unexpected(reply)
  if (kind === 'identities' || kind === 'connections') return { kind, limit, retryAfterMs }
  if (kind === 'maxTtlMs' || kind === 'recipients') return { kind, limit }
  if (isRateName(kind)) return { kind, limit, retryAfterMs }
  throw unexpected(reply)
}

function isRateName(text: string): text is RateName {
  return (RATE_NAMES as readonly string[]).includes(text)
}
