import { ALL_IDENTITIES } from '../registry/identity-pattern.ts'
import type { ReceivingEvent } from './receive.ts'
import type { ReceptionFigures } from './reception.ts'

/** An event as one line of text. */
export function renderReceiving(event: ReceivingEvent): string {
  switch (event.kind) {
    case 'ready': {
      const { namespace, pattern, servers } = event
      const whom = pattern === ALL_IDENTITIES ? 'all identities' : `the identities "${pattern}"`
      return `receiving for ${whom} of the namespace "${namespace}" at ${servers.join(', ')}; Ctrl-C ends it`
    }
    case 'interval':
      return `  ${[seconds(event.elapsedMs), ...counts(event), `${whole(event.receiptsPerSecond)} receipts/s`].join('   ')}`
    case 'lost':
      return `  ${seconds(event.elapsedMs)}   the connection to NATS is lost; reconnecting`
    case 'back':
      return `  ${seconds(event.elapsedMs)}   connected to NATS again`
    case 'summary':
      return event.messages === 0
        ? `received nothing in ${seconds(event.elapsedMs)}`
        : `received ${counts(event).join(', ')} in ${seconds(event.elapsedMs)}`
  }
}

function counts(figures: ReceptionFigures): readonly string[] {
  const { messages, receipts, bytes: payloadBytes, identities, duplicates } = figures
  return [
    count(messages, 'message', 'messages'),
    count(receipts, 'receipt', 'receipts'),
    bytes(payloadBytes),
    count(identities, 'identity', 'identities'),
    count(duplicates, 'duplicate', 'duplicates'),
  ]
}

function count(n: number, one: string, many: string): string {
  return `${whole(n)} ${n === 1 ? one : many}`
}

function whole(n: number): string {
  return Math.round(n).toLocaleString('en-US')
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`
}

function bytes(n: number): string {
  if (n < 1_000) return `${n} B`
  if (n < 1_000_000) return `${(n / 1_000).toPrecision(3)} kB`
  if (n < 1_000_000_000) return `${(n / 1_000_000).toPrecision(3)} MB`
  return `${(n / 1_000_000_000).toPrecision(3)} GB`
}
