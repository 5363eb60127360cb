import type { Cluster } from 'ioredis'

/**
 * Time between two requests for the slots of a cluster, in ms: it doubles while nodes keep failing. A random part up to as much
 * is added.
 */
const FIRST_PAUSE_MS = 250
const MAX_PAUSE_MS = 1_000
/** After this long without a failure, the pauses begin anew, in ms. */
const CALM_MS = 5_000

/**
 * Asks a cluster which node serves which slots after each failure of a node, until none fails. By itself the client
 * asks only when a node that it reaches sends it elsewhere: with a master whose machine is gone, that takes
 * until the attempt to connect times out. The pauses are random, so a thousand clients don't ask at once.
 */
export function refreshAfterFailures(cluster: Cluster): void {
  let isWaiting = false
  let pauseMs = FIRST_PAUSE_MS
  let failedAtMs = -Infinity
  const refreshLater = (): void => {
    const nowMs = performance.now()
    if (nowMs - failedAtMs > CALM_MS) pauseMs = FIRST_PAUSE_MS
    failedAtMs = nowMs
    if (isWaiting) return
    isWaiting = true
    setTimeout(
      () => {
        isWaiting = false
        if (cluster.status === 'ready') cluster.refreshSlotsCache()
      },
      pauseMs * (1 + Math.random()),
    ).unref()
    pauseMs = Math.min(2 * pauseMs, MAX_PAUSE_MS)
  }
  cluster.on('node error', refreshLater)
  cluster.on('-node', refreshLater)
}
