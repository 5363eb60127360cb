import type { OperationName } from '../access/operations.ts'
import type { Variant } from './variants.ts'

/** What a process is to set up: a variant's SDK, and a registry in a namespace of its own. */
export interface VariantTask {
  readonly variant: Variant
  readonly redisUrl: string
  readonly natsUrls: readonly string[]
  readonly namespace: string
  /** The base URL of a collector. */
  readonly otlp: string
}

/** What a process is asked to do and time. */
export interface Work {
  /** `scrape`: fetch its own `/metrics`. */
  readonly what: OperationName | 'scrape'
  readonly calls: number
}

/** What a process answers: first that it is ready, then once per work. */
export type Answer =
  | { readonly kind: 'ready' }
  | { readonly kind: 'done'; readonly tookMs: number }
  | { readonly kind: 'failed'; readonly message: string }

/** Holds the task; other users can read a process's arguments, but not its environment, and URLs may hold passwords. */
export const TASK_VARIABLE = 'TELEMETRY_BENCH_TASK'
