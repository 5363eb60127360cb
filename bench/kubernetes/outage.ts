import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Fault, FaultContext } from '../../src/load/faults/fault.ts'

/** Between two looks at all nodes, in ms: an outage is noticed this late at most, if connections are refused. */
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
 * watches the nodes. It begins when the first of them accepts no connection, and is over when that one does again. If
 * none has gone when the load ends, nothing was tested, and so it fails.
 * @param label what is going to happen, such as `a Redis pod is deleted`.
 */
export function outageOf(label: string, nodes: readonly NodeAddress[]): Fault {
  return { label, inject: (context) => watch(nodes, context) }
}

async function watch(
  nodes: readonly NodeAddress[],
  { signal, begun }: FaultContext,
): Promise<void> {
  let out: NodeAddress | undefined
  while (!signal.aborted) {
    const isOut = await Promise.all(nodes.map(async (node) => !(await accepts(node))))
    out = nodes.find((_, index) => isOut[index])
    if (out !== undefined) break
    await pause(signal)
  }
  if (out === undefined) {
    throw new Error(`all of ${nodes.map(({ host }) => host).join(', ')} stayed, to the load's end`)
  }
  begun(out.host)
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
