import { keepEnvironmentOutOfReports } from '../../process/private-reports.ts'
import { leaveSignalsToParent } from '../../process/signals.ts'
import type { ProxiedServer, ProxyAnswer, ProxyCall } from './proxy-messages.ts'
import { Proxy } from './proxy.ts'

/**
 * The program of the proxies' process: its own event loop keeps forwarding from delaying the generator.
 * Exits with its parent.
 */
const proxies: Record<ProxiedServer, Proxy[]> = { redis: [], nats: [] }

keepEnvironmentOutOfReports()
leaveSignalsToParent()
process.on('message', (call: ProxyCall) => {
  answer(call).then(
    (message) => process.send?.(message),
    (error: unknown) => {
      const message = error instanceof Error ? error.message : String(error)
      process.send?.({ call: call.call, kind: 'failed', message } satisfies ProxyAnswer)
    },
  )
})

async function answer(request: ProxyCall): Promise<ProxyAnswer> {
  const { call, server } = request
  const disturbs = request.kind === 'cut' || request.kind === 'slow'
  if (disturbs && !proxies[server].some(({ isUsed }) => isUsed)) return { call, kind: 'unused' }
  switch (request.kind) {
    case 'open':
      for (const target of request.targets) proxies[server].push(await Proxy.open(target))
      return { call, kind: 'opened', ports: proxies[server].map(({ port }) => port) }
    case 'cut':
      for (const proxy of proxies[server]) proxy.cut()
      break
    case 'slow':
      for (const proxy of proxies[server]) proxy.slow(request.delayMs)
      break
    case 'mend':
      for (const proxy of proxies[server]) proxy.mend()
  }
  return { call, kind: 'done' }
}
