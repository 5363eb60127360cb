import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { nowMs } from '../../src/load/clock.ts'
import type { Fault, FaultContext } from '../../src/load/faults/fault.ts'

/** Between two looks at all nodes, in ms. */
const LOOK_MS = 250
/** A node that accepts no connection for this long is out. */
const PATIENCE_MS = 1_000

/** Where a node accepts connections. */
export interface NodeAddress {
  readonly host: string
  readonly port: number
}

/**
 * A fault that somebody else injects: `kubectl delete pod`, a machine's upgrade, another tool. From its time on, it
 * watches the nodes. It begins when all of them accepted connections for the last time, and is over when the first one
 * that did not does again. If none has gone when the load ends, nothing was tested, and so it fails.
 * @param label what is going to happen, such as `a Redis pod is deleted`.
 */
export function outageOf(label: string, nodes: readonly NodeAddress[]): Fault {
  return { label, isInEveryShard: true, inject: (context) => watch(nodes, context) }
}

async function watch(
  nodes: readonly NodeAddress[],
  { signal, begun }: FaultContext,
): Promise<void> {
  let out: NodeAddress | undefined
  let allAcceptedMs = nowMs()
  while (!signal.aborted) {
    const lookedMs = nowMs()
    const isOut = await Promise.all(nodes.map(async (node) => !(await accepts(node))))
    out = nodes.find((_, index) => isOut[index])
    if (out !== undefined) break
    allAcceptedMs = lookedMs
    await pause(signal)
  }
  if (out === undefined) {
    throw new Error(`all of ${nodes.map(({ host }) => host).join(', ')} stayed, to the load's end`)
  }
  begun(out.host, nowMs() - allAcceptedMs)
  while (!signal.aborted && !(await accepts(out))) await pause(signal)
}

async function pause(signal: AbortSignal): Promise<void> {
  await sleep(LOOK_MS, undefined, { signal }).catch(() => {})
}

function accepts({ host, port }: NodeAddress): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: PATIENCE_MS })
    const settle = (isAccepted: boolean) => () => {
      socket.destroy()
      resolve(isAccepted)
    }
    socket.once('connect', settle(true))
    socket.once('error', settle(false))
    socket.once('timeout', settle(false))
  })
}
