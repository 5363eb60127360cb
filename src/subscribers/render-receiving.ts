import { counted, formatBytes, formatCount, formatSeconds } from '../format.ts'
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
      return `  ${[formatSeconds(event.elapsedMs), ...counts(event), `${formatCount(Math.round(event.receiptsPerSecond))} receipts/s`].join('   ')}`
    case 'lost':
      return `  ${formatSeconds(event.elapsedMs)}   the connection to NATS is lost; reconnecting`
    case 'back':
      return `  ${formatSeconds(event.elapsedMs)}   connected to NATS again`
    case 'summary':
      return event.messages === 0
        ? `received nothing in ${formatSeconds(event.elapsedMs)}`
        : `received ${counts(event).join(', ')} in ${formatSeconds(event.elapsedMs)}`
  }
}

function counts(figures: ReceptionFigures): readonly string[] {
  const { messages, receipts, bytes, identities, duplicates } = figures
  return [
    counted(messages, 'message'),
    counted(receipts, 'receipt'),
    formatBytes(bytes),
    counted(identities, 'identity', 'identities'),
    counted(duplicates, 'duplicate'),
  ]
}
