/** Before code is compiled and caches are filled, everything takes at least twice the CPU time. */
const WARM_UP_ROUNDS = 4
const MIN_ROUNDS = 3
const MAX_ROUNDS = 7
/** No round begins later than this, in ms, once there are enough. */
const ROUNDS_MS = 30_000

/** Repeats a round: first unmeasured, to warm up, then as often as time permits. */
export async function inRounds<T>(
  onProgress: (message: string) => void,
  run: () => Promise<T>,
): Promise<readonly T[]> {
  onProgress('Warming up.')
  for (let round = 0; round < WARM_UP_ROUNDS; round += 1) await run()
  const rounds: T[] = []
  const startedAtMs = performance.now()
  while (rounds.length < MAX_ROUNDS) {
    const isLate = performance.now() - startedAtMs > ROUNDS_MS
    if (isLate && rounds.length >= MIN_ROUNDS) break
    onProgress(`Round ${rounds.length + 1}.`)
    rounds.push(await run())
  }
  return rounds
}
