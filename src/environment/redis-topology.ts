/** A node of a Redis Cluster, as another node sees it. */
export interface SeenNode {
  readonly id: string
  /** `host:port` for clients. */
  readonly address: string
  /** The id of its primary; `null` for a primary. */
  readonly primary: string | null
  /** Of a primary, first and last slot of each range. */
  readonly ranges: readonly (readonly [from: number, to: number])[]
  /** Grows whenever the owner of its slots changes. */
  readonly epoch: number
  /** Whether it neither has failed nor is suspected to. */
  readonly isHealthy: boolean
}

/**
 * Reads `CLUSTER NODES`; nodes without an address are left out.
 * Source: https://redis.io/docs/latest/commands/cluster-nodes
 */
export function readNodes(text: string): readonly SeenNode[] {
  const nodes: SeenNode[] = []
  for (const line of text.trim().split('\n')) {
    const [id = '', place = '', flags = '', primary = '-', , , epoch, link, ...slots] =
      line.split(' ')
    const address = /^(.+:\d+)@/.exec(place)?.[1]
    if (address === undefined || /noaddr|handshake/.test(flags)) continue
    nodes.push({
      id,
      address,
      primary: primary === '-' ? null : primary,
      ranges: slots.flatMap((range) => rangeOf(range)),
      epoch: Number(epoch),
      isHealthy: !/fail/.test(flags) && link === 'connected',
    })
  }
  return nodes
}

/** @param text `5461-10922`, or a single slot; `[…]` is one that moves. */
function rangeOf(text: string): readonly (readonly [number, number])[] {
  const [, from, to = from] = /^(\d+)(?:-(\d+))?$/.exec(text) ?? []
  return from === undefined ? [] : [[Number(from), Number(to)]]
}

/** Reads `CLUSTER SLOTS`, which every client needs and so every user may send. It lacks replicas that fail. */
export function readSlots(slots: unknown): readonly SeenNode[] {
  const nodes = new Map<string, SeenNode>()
  for (const range of Array.isArray(slots) ? slots : []) {
    const [from, to, ...places]: unknown[] = Array.isArray(range) ? range : []
    let primary: string | null = null
    for (const place of places) {
      const [host, port, id]: unknown[] = Array.isArray(place) ? place : []
      if (typeof host !== 'string' || typeof port !== 'number' || typeof id !== 'string') continue
      nodes.set(id, {
        id,
        address: `${host}:${port}`,
        primary,
        ranges: primary === null ? [[Number(from), Number(to)]] : [],
        epoch: 0,
        isHealthy: true,
      })
      primary ??= id
    }
  }
  return [...nodes.values()]
}

/** Such as `cluster of 3 primaries and 3 replicas`. A primary without slots doesn't count. */
export function clusterOf(nodes: readonly SeenNode[]): string {
  const primaries = nodes.filter(({ primary, ranges }) => primary === null && ranges.length > 0)
  const replicas = nodes.filter(({ primary }) => primary !== null)
  const ofPrimaries = counted(primaries.length, 'primary', 'primaries')
  if (replicas.length === 0) return `cluster of ${ofPrimaries}`
  return `cluster of ${ofPrimaries} and ${counted(replicas.length, 'replica', 'replicas')}`
}

/** Such as `primary with 2 replicas`. */
export function primaryWith(replicas: number): string {
  return `primary with ${counted(replicas, 'replica', 'replicas')}`
}

function counted(count: number, one: string, several: string): string {
  return `${count} ${count === 1 ? one : several}`
}
