import { EchoClient } from './echo-client.ts'

/** The target of requests: none, or a TCP echo server on loopback. Plain data, for threads. */
export type EngineTarget =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'echo'; readonly port: number }

/** A target, connected to. */
export interface ConnectedTarget {
  readonly request: () => Promise<void>
  readonly close: () => void
}

/** @throws Error if the echo server can't be reached. */
export async function connectTarget(target: EngineTarget): Promise<ConnectedTarget> {
  if (target.kind === 'nothing') return { request: async () => {}, close: () => {} }
  const client = await EchoClient.connect(target.port)
  return { request: () => client.echo(), close: () => client.close() }
}
