/**
 * The constant load of a judged generator, in four parts of one schedule. Times are in ms
 * from the first request's arrival; request `k` is due at `k / ratePerSecond`.
 *
 *     │ warm-up │          steady          │ stall │ recovery │
 *     0                                                    totalMs
 */
export interface JudgedLoad {
  readonly ratePerSecond: number
  /** Judged separately, because compilers and caches are cold. */
  readonly warmUpMs: number
  /** The part in which punctuality is judged. */
  readonly steadyMs: number
  /** Requests that arrive during the stall are answered at its end. */
  readonly stallMs: number
  /** Answers are immediate again. */
  readonly recoveryMs: number
}

export function totalMs({ warmUpMs, steadyMs, stallMs, recoveryMs }: JudgedLoad): number {
  return warmUpMs + steadyMs + stallMs + recoveryMs
}

/** When the judge holds its answers. */
export function stallOf({ warmUpMs, steadyMs, stallMs }: JudgedLoad): {
  readonly startMs: number
  readonly endMs: number
} {
  const startMs = warmUpMs + steadyMs
  return { startMs, endMs: startMs + stallMs }
}

/** The number of requests due in `[fromMs, untilMs)`. */
export function dueIn({ ratePerSecond }: JudgedLoad, fromMs: number, untilMs: number): number {
  return firstDueAt(ratePerSecond, untilMs) - firstDueAt(ratePerSecond, fromMs)
}

/** The number of the first request that is due at `atMs` or later. */
export function firstDueAt(ratePerSecond: number, atMs: number): number {
  return Math.ceil((atMs * ratePerSecond) / 1_000)
}
