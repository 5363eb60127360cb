/** How a process ends, for callers that look at nothing else. Only a judgement is 1. */
export const EXIT = {
  good: 0,
  /** An SLO is missed, or a regression is found. */
  failed: 1,
  /** Usage, set-up, a backend, or an unexpected error. */
  broken: 2,
  /** An invalid run, or too little evidence. */
  inconclusive: 3,
  notComparable: 4,
} as const

export type ExitCode = (typeof EXIT)[keyof typeof EXIT]
