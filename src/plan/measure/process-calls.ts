import type { ReferenceRole } from './bare-requests.ts'
import type { Population } from './population.ts'
import type { Work } from './work.ts'

/** A call to a process of a measurement. Its answer has the same number. */
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
  /** Connects a registry without a replica. */
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
  /** Memory of the replica after garbage collection. */
  | { readonly kind: 'closed'; readonly memoryBytes: number }
  /** CPU time of all threads of the process so far. */
  | { readonly kind: 'cpu'; readonly cpuUs: number }
  | { readonly kind: 'failed'; readonly message: string }
)
