import type { Pause } from '../load/pauses.ts'
import type { AnnouncedMessage, ReceiptsSoFar } from '../load/recording/delivery-tally.ts'
import type { CountedDeliveries, UnknownDeliveries } from '../load/result.ts'
import type { SpanAnchor } from '../traces/span-clock.ts'
import type { TakenSpans } from '../traces/span-ring.ts'
import type { ReceiverPauses } from './spans-of-receivers.ts'

/** A subscribers' process inherits the journal by this file descriptor, the first one after those of `fork`. */
export const JOURNAL_FD = 4

/** A call from the load test's process to the subscribers' process. Its answer carries the same number. */
export type SubscriberCall = { readonly call: number } & (
  | {
      readonly kind: 'connect'
      readonly natsUrls: readonly string[]
      readonly ignoreClusterUpdates: boolean
      readonly namespace: string
      readonly loadId: number
      /** The gateway's lasting name, under which messages are kept while it is away; `null`: any name. */
      readonly gatewayName: string | null
      /** Whether receipts are written to the journal that this process has inherited. */
      readonly isJournaled: boolean
      /** The anchor of the spans that the process records; `null`: it records none, and loads no SDK. */
      readonly tracedFrom: SpanAnchor | null
    }
  | { readonly kind: 'host'; readonly identities: readonly string[] }
  | { readonly kind: 'expect'; readonly messages: readonly AnnouncedMessage[] }
  | {
      readonly kind: 'deliveries'
      /** Of the generator. */
      readonly pauses: readonly Pause[]
      /** Of this process, as faults of the load. */
      readonly asked: readonly Pause[]
    }
  | {
      readonly kind: 'spans'
      readonly traceIds: readonly string[]
      /** Whether spans that have not ended are taken, too. */
      readonly isLast: boolean
    }
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
  | { readonly kind: 'expected'; readonly soFar: ReceiptsSoFar; readonly heapBytes: number }
  | { readonly kind: 'deliveries'; readonly deliveries: EncodedDeliveries }
  /** `taken` is `null` if the process records no spans. */
  | { readonly kind: 'spans'; readonly taken: (TakenSpans & ReceiverPauses) | null }
  | { readonly kind: 'failed'; readonly message: string }
)
