/** Runs something so many times, with a number from 0, some of them at a time. */
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
