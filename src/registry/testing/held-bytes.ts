import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** The heap of this process after a garbage collection, in bytes. */
export function heldBytes(): number {
  setFlagsFromString('--expose-gc')
  const collect: unknown = runInNewContext('gc')
  if (typeof collect === 'function') collect()
  return process.memoryUsage().heapUsed
}
