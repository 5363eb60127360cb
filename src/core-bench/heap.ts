import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** Bytes that JavaScript objects take after a full garbage collection. */
export function heapBytes(): number {
  setFlagsFromString('--expose-gc')
  const collect: unknown = runInNewContext('gc')
  // Twice, for what the first collection has set free to be finalised.
  if (typeof collect === 'function') for (let times = 0; times < 2; times += 1) collect()
  return process.memoryUsage().heapUsed
}
