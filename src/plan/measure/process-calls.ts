import type { ReferenceRole } from './bare-requests.ts'
import type { Population } from './population.ts'
import type { Work } from './work.ts'

/** What a measurement asks of one of its processes. Each call is answered under its number. */
export type ProcessCall = { readonly call: number } & (
  | {
      readonly kind: 'connect'
      readonly redisUrl: string
      readonly natsUrl: string
      readonly namespace: string
    }
  | { readonly kind: 'populate'; readonly population: Population }
  | { readonly kind: 'host'; readonly population: Population; readonly gatewayIndex: number }
  | { readonly kind: 'work'; readonly population: Population; readonly work: Work }
  /** Connects a registry that has no replica yet. */
  | { readonly kind: 'open'; readonly population: Population }
  /** Has that registry load its replica. */
  | { readonly kind: 'load'; readonly population: Population }
  | { readonly kind: 'close' }
  | { readonly kind: 'reference'; readonly role: ReferenceRole; readonly count: number }
  | { readonly kind: 'cpu' }
)

/** The answer to a call. */
export type ProcessAnswer = { readonly call: number } & (
  | { readonly kind: 'connected'; readonly gateway: string }
  | { readonly kind: 'done' }
  /** Memory that the replica took, once garbage was collected. */
  | { readonly kind: 'closed'; readonly memoryBytes: number }
  /** CPU time of all threads of the process so far. */
  | { readonly kind: 'cpu'; readonly cpuUs: number }
  | { readonly kind: 'failed'; readonly message: string }
)
