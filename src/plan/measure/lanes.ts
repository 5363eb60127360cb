/** Runs `count` numbered tasks from 0, with limited concurrency. */
export async function inLanes(
  lanes: number,
  count: number,
  run: (n: number) => Promise<unknown>,
): Promise<void> {
  let next = 0
  const lane = async () => {
    while (next < count) await run(next++)
  }
  await Promise.all(Array.from({ length: lanes }, lane))
}
