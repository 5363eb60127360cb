import type { Cluster } from 'ioredis'

/** Shortest time between two requests for the slots of a cluster, in ms; a random part up to as much is added. */
const REFRESH_PAUSE_MS = 250

/**
 * Asks a cluster which node serves which slots after each failure of a node, until none fails. By itself the client
 * asks only when a node that it reaches sends it elsewhere: with a master whose machine is gone, that takes
 * until the attempt to connect times out. The pauses are random, so a thousand clients don't ask at once.
 */
export function refreshAfterFailures(cluster: Cluster): void {
  let isWaiting = false
  const refreshLater = (): void => {
    if (isWaiting) return
    isWaiting = true
    setTimeout(
      () => {
        isWaiting = false
        if (cluster.status === 'ready') cluster.refreshSlotsCache()
      },
      REFRESH_PAUSE_MS * (1 + Math.random()),
    ).unref()
  }
  cluster.on('node error', refreshLater)
  cluster.on('-node', refreshLater)
}
