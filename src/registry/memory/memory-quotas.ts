import { compileMetadataSchema, type MetadataCheck } from '../quotas/metadata-schema.ts'
import { burstOf, RATE_NAMES, type Quotas, type RateName } from '../quotas/quotas.ts'
import { refusalError, type Refusal } from '../quotas/refusals.ts'
import { spend, type Bucket, type BucketLaw } from '../quotas/token-bucket.ts'

/** Quotas of a memory store, by the law of those in Redis. */
export class MemoryQuotas {
  readonly #quotas: Quotas
  readonly #buckets = new Map<RateName, { readonly law: BucketLaw; bucket: Bucket }>()

  #metadataCheck: Promise<MetadataCheck> | undefined

  constructor(quotas: Quotas) {
    this.#quotas = quotas
    for (const name of RATE_NAMES) {
      const perSecond = quotas[`${name}PerSecond`]
      if (perSecond === undefined) continue
      const law = { perSecond, burst: burstOf(perSecond, quotas[`${name}Burst`]) }
      this.#buckets.set(name, { law, bucket: { used: 0, atUs: 0 } })
    }
  }

  /**
   * What metadata has to fit; `null` without a schema.
   * @throws RegistryError `INVALID_ARGUMENT` for what isn't a schema
   */
  get metadataCheck(): Promise<MetadataCheck> | null {
    const { metadataSchema } = this.#quotas
    if (metadataSchema === undefined) return null
    this.#metadataCheck ??= compileMetadataSchema(metadataSchema)
    return this.#metadataCheck
  }

  /** @throws RegistryError `QUOTA_EXCEEDED` for a TTL that is too long; 0 is for ever. */
  checkTtl(ttlMs: number): void {
    const { maxTtlMs } = this.#quotas
    if (maxTtlMs === undefined || (ttlMs > 0 && ttlMs <= maxTtlMs)) return
    throw refused({ kind: 'maxTtlMs', limit: maxTtlMs })
  }

  /**
   * @param live the number of live identities.
   * @param firstEndsInMs until the first of them expires; `null` if none does.
   * @throws RegistryError `QUOTA_EXCEEDED` if there is no room for another.
   */
  checkIdentities(live: number, firstEndsInMs: number | null): void {
    const { identities } = this.#quotas
    if (identities === undefined || live < identities) return
    throw refused({ kind: 'identities', limit: identities, retryAfterMs: firstEndsInMs })
  }

  /** @throws RegistryError `RATE_LIMITED`, `QUOTA_EXCEEDED` */
  chargeRegistration(): void {
    this.#charge([['registrations', 1]])
  }

  /** @throws RegistryError `RATE_LIMITED`, `QUOTA_EXCEEDED` */
  chargeMulticast(recipients: number, payloadBytes: number): void {
    const { recipientsPerMulticast } = this.#quotas
    if (recipientsPerMulticast !== undefined && recipients > recipientsPerMulticast) {
      throw refused({ kind: 'recipients', limit: recipientsPerMulticast })
    }
    this.#charge([
      ['multicasts', 1],
      ['payloadBytes', recipients * payloadBytes],
    ])
  }

  /** Takes all costs, or none. */
  #charge(costs: readonly (readonly [RateName, number])[]): void {
    const nowUs = Math.floor((performance.timeOrigin + performance.now()) * 1000)
    const charges = costs.flatMap(([name, cost]) => {
      const rate = this.#buckets.get(name)
      if (rate === undefined) return []
      const spent = spend(rate.bucket, rate.law, cost, nowUs)
      if (spent.refusal === undefined) return [{ rate, bucket: spent.bucket }]
      const { retryAfterMs } = spent.refusal
      const limit = retryAfterMs === null ? rate.law.burst : rate.law.perSecond
      throw refused({ kind: name, limit, retryAfterMs })
    })
    for (const { rate, bucket } of charges) rate.bucket = bucket
  }
}

function refused(refusal: Refusal): Error {
  return refusalError('', refusal)
}
