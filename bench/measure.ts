/** How long each micro-benchmark is measured, after a warm-up. */
export const MEASURE = { time: 500, warmupTime: 200 } as const
