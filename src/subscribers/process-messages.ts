import type { Shard } from '../load/arrivals/shard.ts'
import type { SentMessage } from './subscriber-host.ts'

/** What the load test's process asks of the subscribers' process. Each call is answered under its number. */
export type SubscriberCall = { readonly call: number } & (
  | {
      readonly kind: 'connect'
      readonly natsUrls: readonly string[]
      readonly subjectPrefix: string
      readonly share: Shard
    }
  | { readonly kind: 'host'; readonly identities: readonly string[] }
  | { readonly kind: 'expect'; readonly messages: readonly SentMessage[] }
  | { readonly kind: 'deliveries' }
)

/** Figures with their histograms in HdrHistogram V2, compressed, base64. */
export interface EncodedDeliveries {
  readonly expected: number
  readonly received: number
  readonly duplicates: number
  readonly missing: number
  readonly receipt: string
  readonly completion: string
}

/** The answer to a call. */
export type SubscriberAnswer = { readonly call: number } & (
  | { readonly kind: 'connected'; readonly gateway: string }
  | { readonly kind: 'done' }
  | { readonly kind: 'deliveries'; readonly deliveries: EncodedDeliveries }
  | { readonly kind: 'failed'; readonly message: string }
)
