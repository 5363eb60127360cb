import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { EnvironmentError } from '../environment-error.ts'
import type { PlannedNode } from '../cluster/cluster-plan.ts'
import { findProgram } from '../programs.ts'

/** A node that is separated from others, until it ends. */
export interface Partition {
  /** Resolves when it is connected again. */
  readonly end: () => Promise<void>
}

/**
 * Applies rules, one per line of `$2`, and deletes them when the pipe (fd 0) closes; the kernel closes it however the
 * process at its other end dies.
 */
const rulesScript = `
iptables=$1; rules=$2
each() { echo "$rules" | while read -r rule; do eval "$iptables -w $1 OUTPUT $rule" || exit 1; done; }
trap '' PIPE
if each -A; then echo separated; read -r _; fi
each -D 2>/dev/null
`

/**
 * Separates a local program of a cluster from the others: their packets are dropped, in both directions, until the
 * partition ends, if only with this process. Clients still reach it.
 * @throws EnvironmentError unless root runs this on Linux, with `iptables` and `setpriv`.
 */
export async function separate(
  node: PlannedNode,
  others: readonly PlannedNode[],
): Promise<Partition> {
  const iptables = findProgram('iptables')
  const isPossible = process.platform === 'linux' && process.getuid?.() === 0
  if (!isPossible || iptables === undefined || findProgram('setpriv') === undefined) {
    throw new EnvironmentError(
      `${node.name} can't be separated from the other nodes here: that takes Linux, root, iptables and setpriv. ` +
        'Or give partition() a target of your own: any object with partition() and rejoin().',
    )
  }
  const firewall = spawn(
    'sh',
    ['-c', rulesScript, 'sh', iptables, rulesFor(node, others).join('\n')],
    {
      detached: true,
      stdio: ['pipe', 'pipe', 'pipe'],
    },
  )
  firewall.stdin.on('error', () => {})
  const errors: string[] = []
  createInterface({ input: firewall.stderr }).on('line', (line) => errors.push(line))
  const said = createInterface({ input: firewall.stdout })
  const isDone = await Promise.race([
    once(said, 'line').then(() => true),
    once(firewall, 'close').then(() => false),
  ])
  if (!isDone) {
    throw new EnvironmentError(
      `${node.name} can't be separated from the other nodes: ${errors.join(' ') || 'iptables failed'}.`,
    )
  }
  return {
    end: async () => {
      firewall.stdin.end()
      if (firewall.exitCode === null && firewall.signalCode === null) await once(firewall, 'exit')
    },
  }
}

/** Connections that a node opened are told by its group id, which is its port; those that others opened, by its ports. */
function rulesFor(node: PlannedNode, others: readonly PlannedNode[]): readonly string[] {
  const theirs = others.flatMap(({ port, clusterPort }) => [port, clusterPort]).join(',')
  return [
    `-p tcp -m owner --gid-owner ${node.port} -m multiport --dports ${theirs} -j DROP`,
    `-p tcp --sport ${node.clusterPort} -j DROP`,
    `-p tcp --dport ${node.clusterPort} -j DROP`,
    ...others.map(({ port }) => `-p tcp -m owner --gid-owner ${port} --dport ${node.port} -j DROP`),
  ]
}
