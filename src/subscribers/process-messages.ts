import type { Pause } from '../load/pauses.ts'
import type { AnnouncedMessage, ReceiptsSoFar } from '../load/recording/delivery-tally.ts'
import type { CountedDeliveries, UnknownDeliveries } from '../load/result.ts'

/** A call from the load test's process to the subscribers' process. Its answer carries the same number. */
export type SubscriberCall = { readonly call: number } & (
  | {
      readonly kind: 'connect'
      readonly natsUrls: readonly string[]
      readonly namespace: string
      readonly loadId: number
    }
  | { readonly kind: 'host'; readonly identities: readonly string[] }
  | { readonly kind: 'expect'; readonly messages: readonly AnnouncedMessage[] }
  | { readonly kind: 'deliveries'; readonly pauses: readonly Pause[] }
)

/** Deliveries with histograms as base64 of compressed HdrHistogram V2. */
export type EncodedDeliveries =
  | UnknownDeliveries
  | (Omit<CountedDeliveries, HistogramName> & Readonly<Record<HistogramName, string>>)

type HistogramName = 'receipt' | 'completion' | 'undisturbedCompletion'

/** The answer to a call. */
export type SubscriberAnswer = { readonly call: number } & (
  | { readonly kind: 'connected'; readonly gateway: string }
  | { readonly kind: 'done' }
  | { readonly kind: 'expected'; readonly soFar: ReceiptsSoFar }
  | { readonly kind: 'deliveries'; readonly deliveries: EncodedDeliveries }
  | { readonly kind: 'failed'; readonly message: string }
)
