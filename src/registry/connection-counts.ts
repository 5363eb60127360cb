/** How many of a slot's connections to its servers are up, and how many are lost and being restored. */
export interface ConnectionCounts {
  readonly up: number
  readonly down: number
}

/** Whether a registry reaches its servers at present. */
export interface RegistryConnections {
  readonly redis: 'up' | 'down'
  /** `up` if one of the connections is. */
  readonly nats: 'up' | 'down'
}

/** A slot without connections, such as one in memory, is always up. */
export function stateOf(counts: ConnectionCounts | undefined): 'up' | 'down' {
  return counts === undefined || counts.up > 0 ? 'up' : 'down'
}
