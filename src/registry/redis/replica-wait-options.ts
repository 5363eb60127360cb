import { takeOptions, wholeNumber, type Takes } from '../arguments.ts'
import { RegistryError } from '../errors.ts'

/** How many replicas must have a write before it is acknowledged. */
export interface WaitForReplicas {
  /** Number of replicas, from 1. */
  readonly count: number
  /** How long to wait for them, in ms, 1 to 60,000. Default 500. Under load, a call may wait twice as long. */
  readonly timeoutMs?: number
}

const DEFAULT_TIMEOUT_MS = 500

const takes: Takes<WaitForReplicas> = {
  count: wholeNumber(1),
  timeoutMs: wholeNumber(1, 60_000),
}

/** @throws RegistryError `INVALID_ARGUMENT` */
export function takeWaitForReplicas(value: unknown, where: string): Required<WaitForReplicas> {
  const { count, timeoutMs = DEFAULT_TIMEOUT_MS } = takeOptions(value, where, takes)
  if (count !== undefined) return { count, timeoutMs }
  throw new RegistryError(
    'INVALID_ARGUMENT',
    `${where}.count is missing; write ${where}: { count: 1 }`,
  )
}
