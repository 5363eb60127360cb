import { encodeIntoCompressedBase64 } from 'hdr-histogram-js'
import { keepEnvironmentOutOfReports } from '../process/private-reports.ts'
import { leaveSignalsToParent } from '../process/signals.ts'
import { redactUrls } from '../environment/redact-url.ts'
import type { Deliveries } from '../load/result.ts'
import { connectNatsMessenger } from '../registry/nats/nats-messenger.ts'
import { telemetryOf } from '../registry/telemetry/telemetry.ts'
import { SpanRing } from '../traces/span-ring.ts'
import { startTracing } from '../traces/start-tracing.ts'
import {
  JOURNAL_FD,
  type EncodedDeliveries,
  type SubscriberAnswer,
  type SubscriberCall,
} from './process-messages.ts'
import { ReceiptJournal } from './receipt-journal.ts'
import { SubscriberHost } from './subscriber-host.ts'

/**
 * The program of the subscribers' process. Its own event loop keeps receiving from delaying the sender, and
 * times receipts on arrival. Exits with its parent.
 */
let host: SubscriberHost | null = null
/** `null`: no spans are recorded. */
let ring: SpanRing | null = null

keepEnvironmentOutOfReports()
leaveSignalsToParent()
process.on('message', (call: SubscriberCall) => {
  answer(call).then(
    (message) => process.send?.(message),
    (error: unknown) => {
      const message = error instanceof Error ? error.message : String(error)
      process.send?.({ call: call.call, kind: 'failed', message } satisfies SubscriberAnswer)
    },
  )
})

async function answer(request: SubscriberCall): Promise<SubscriberAnswer> {
  const { call } = request
  if (request.kind === 'connect') {
    const { natsUrls, ignoreClusterUpdates, namespace, loadId, gatewayName, isJournaled } = request
    if (request.tracedFrom !== null) {
      ring = new SpanRing(request.tracedFrom, redactUrls)
      await startTracing(ring)
    }
    const messenger = await connectNatsMessenger({
      servers: natsUrls,
      ignoreClusterUpdates,
      namespace,
      telemetry: telemetryOf(ring !== null),
      ...(gatewayName === null ? {} : { durability: { gatewayName } }),
    })
    const journal = isJournaled ? new ReceiptJournal(JOURNAL_FD) : null
    host = new SubscriberHost(messenger, loadId, journal)
    return { call, kind: 'connected', gateway: host.gateway }
  }
  if (host === null) throw new Error('not connected')
  switch (request.kind) {
    case 'host':
      await host.host(request.identities)
      return { call, kind: 'done' }
    case 'expect':
      for (const message of request.messages) host.expect(message)
      return {
        call,
        kind: 'expected',
        soFar: host.receiptsSoFar(),
        heapBytes: process.memoryUsage().heapUsed,
      }
    case 'deliveries':
      return {
        call,
        kind: 'deliveries',
        deliveries: encoded(await host.deliveries(request.pauses, request.asked)),
      }
    case 'spans':
      return {
        call,
        kind: 'spans',
        taken:
          ring === null
            ? null
            : { ...ring.take(request.traceIds, request.isLast), pauses: host.latestPauses },
      }
  }
}

function encoded(deliveries: Deliveries): EncodedDeliveries {
  if (deliveries.kind === 'unknown') return deliveries
  return {
    ...deliveries,
    receipt: encodeIntoCompressedBase64(deliveries.receipt),
    completion: encodeIntoCompressedBase64(deliveries.completion),
    undisturbedCompletion: encodeIntoCompressedBase64(deliveries.undisturbedCompletion),
  }
}
