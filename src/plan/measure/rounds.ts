/** Until code is compiled and caches are filled, everything takes twice the time and more. */
const WARM_UP_MS = 15_000
const MOST_ROUNDS = 9
const LEAST_ROUNDS = 3
/** No round is begun later than this, in ms, once there are enough. */
const ROUNDS_MS = 60_000

/** Repeats a round: first unmeasured, to warm up, then as often as time permits. */
export async function inRounds<T>(
  onProgress: (message: string) => void,
  run: () => Promise<T>,
): Promise<readonly T[]> {
  onProgress('Warming up.')
  for (const end = performance.now() + WARM_UP_MS; performance.now() < end;) await run()
  const rounds: T[] = []
  const startedAtMs = performance.now()
  while (rounds.length < MOST_ROUNDS) {
    const isLate = performance.now() - startedAtMs > ROUNDS_MS
    if (isLate && rounds.length >= LEAST_ROUNDS) break
    onProgress(`Round ${rounds.length + 1}.`)
    rounds.push(await run())
  }
  return rounds
}
