import { missingPrograms, startNatsProgram } from '../environment/programs.ts'
import { describeDurability } from './testing/durability.contract.ts'
import { describe, inject, onTestFinished, test } from 'vitest'
import { MemoryBroker, MemoryMessenger } from './memory/memory-messenger.ts'
import { describeAbortedSend } from './testing/aborted-send.contract.ts'
import type { ConnectMessenger } from './testing/connect-messenger.ts'
import { describeMessenger } from './testing/messenger.contract.ts'
import { connectNatsMessenger } from './nats/nats-messenger.ts'

/** Runs the contracts that need no durability slot. */
function describeAll(name: string, prepare: () => ConnectMessenger): void {
  describeMessenger(name, prepare)
  describeAbortedSend(name, prepare)
}

describeAll('MemoryMessenger', () => {
  const broker = new MemoryBroker()
  return async (settings) => new MemoryMessenger(broker, undefined, settings?.gatewayName, settings)
})

describeDurability('MemoryMessenger', async () => {
  const broker = new MemoryBroker()
  return async (durability, warnings) =>
    new MemoryMessenger(broker, durability, undefined, warnings && { warnings })
})

const backends = inject('backends')
if (backends.kind === 'memory') {
  describe('NatsMessenger', () => {
    test.skip(`needs a NATS server: ${backends.notice}`, () => {})
  })
} else {
  for (const connections of [1, 3]) {
    describeAll(`NatsMessenger with ${connections} connection(s)`, () => {
      const namespace = `test-${crypto.randomUUID()}`
      const servers = backends.natsUrls
      return (settings) => connectNatsMessenger({ servers, namespace, connections, ...settings })
    })
  }
}

const missing = missingPrograms()
if (missing !== undefined) {
  describe('NatsMessenger, exactly-once', () => {
    test.skip(`needs a NATS server of its own: ${missing}`, () => {})
  })
} else {
  // A server of its own for each test: streams and consumers outlive the messengers that made them.
  describeDurability('NatsMessenger', async () => {
    const server = await startNatsProgram()
    onTestFinished(() => server.stop())
    return (durability, warnings) =>
      connectNatsMessenger({
        servers: [server.url],
        namespace: 'test',
        ...(durability && { durability }),
        ...(warnings && { warnings }),
      })
  })
}
