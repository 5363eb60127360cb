import type { ProxyTarget } from './proxy.ts'

/** The servers whose connections are disturbed together. */
export type ProxiedServer = 'redis' | 'nats'

/** A call to the process of the proxies. Its answer carries the same number. */
export type ProxyCall = { readonly call: number } & (
  | {
      readonly kind: 'open'
      readonly server: ProxiedServer
      readonly targets: readonly ProxyTarget[]
    }
  | { readonly kind: 'cut' | 'mend'; readonly server: ProxiedServer }
  | { readonly kind: 'slow'; readonly server: ProxiedServer; readonly delayMs: number }
)

/** The answer to a call. */
export type ProxyAnswer = { readonly call: number } & (
  | { readonly kind: 'done' }
  /** The ports on 127.0.0.1, in the order of the targets. */
  | { readonly kind: 'opened'; readonly ports: readonly number[] }
  /** No connection has ever passed through the proxies of a server, so there is none to disturb. */
  | { readonly kind: 'unused' }
  | { readonly kind: 'failed'; readonly message: string }
)
