import { keepEnvironmentOutOfReports } from '../../process/private-reports.ts'
import { leaveSignalsToParent } from '../../process/signals.ts'
import { connectRegistry, type ConnectOptions } from '../../registry/connect.ts'
import type { MulticastRegistry } from '../../registry/registry.ts'
import { BareRequests } from './bare-requests.ts'
import { filterOf, gatewayIndexOf, identityOf, totalOf } from './population.ts'
import type { ProcessAnswer, ProcessCall } from './process-calls.ts'
import { doWork, populate } from './work.ts'

/**
 * The program of a measurement's processes: a writer, a reader or a gateway, depending on its
 * calls. Exits with its parent.
 */
const registries = new Map<string, MulticastRegistry>()
/** The registry that will load a replica, and the memory used before. */
let opened: { readonly registry: MulticastRegistry; readonly memoryBytes: number } | null = null
let bare: BareRequests | null = null
let servers: Pick<ConnectOptions, 'redisUrl' | 'natsUrls'> | null = null

keepEnvironmentOutOfReports()
leaveSignalsToParent()
process.on('message', (call: ProcessCall) => {
  answer(call).then(
    (message) => process.send?.(message),
    (error: unknown) => {
      const message = error instanceof Error ? error.message : String(error)
      process.send?.({ call: call.call, kind: 'failed', message } satisfies ProcessAnswer)
    },
  )
})

async function answer(request: ProcessCall): Promise<ProcessAnswer> {
  const { call } = request
  switch (request.kind) {
    case 'connect': {
      const { redisUrl, natsUrl, namespace } = request
      servers = { redisUrl, natsUrls: [natsUrl] }
      bare ??= new BareRequests(redisUrl, natsUrl)
      const registry = await connectTo(namespace)
      registries.set(namespace, registry)
      return { call, kind: 'connected', gateway: registry.gateway }
    }
    case 'populate':
      await populate(registryOf(request.population.namespace), request.population)
      return { call, kind: 'done' }
    case 'host': {
      const { population, gatewayIndex } = request
      const registry = registryOf(population.namespace)
      for (let n = 0; n < totalOf(population); n += 1) {
        if (gatewayIndexOf(population, n) !== gatewayIndex) continue
        await registry.subscribe(identityOf(n), () => {})
      }
      return { call, kind: 'done' }
    }
    case 'work':
      await doWork(registryOf(request.population.namespace), request.population, request.work)
      return { call, kind: 'done' }
    case 'open': {
      const registry = await connectTo(request.population.namespace)
      opened = { registry, memoryBytes: memoryBytes() }
      return { call, kind: 'done' }
    }
    case 'load':
      await opened?.registry.enumerate(filterOf(request.population, 'nobody', 0))
      return { call, kind: 'done' }
    case 'close': {
      const took = memoryBytes() - (opened?.memoryBytes ?? 0)
      await opened?.registry.close()
      opened = null
      return { call, kind: 'closed', memoryBytes: took }
    }
    case 'reference':
      await bare?.run(request.role, request.count)
      return { call, kind: 'done' }
    case 'cpu': {
      const { user, system } = process.cpuUsage()
      return { call, kind: 'cpu', cpuUs: user + system }
    }
  }
}

function connectTo(namespace: string): Promise<MulticastRegistry> {
  if (servers === null) throw new Error('not connected')
  return connectRegistry({ ...servers, namespace })
}

function registryOf(namespace: string): MulticastRegistry {
  const registry = registries.get(namespace)
  if (registry === undefined) throw new Error(`not connected to ${namespace}`)
  return registry
}

/** Memory in use after garbage collection; needs `--expose-gc`. */
function memoryBytes(): number {
  globalThis.gc?.()
  globalThis.gc?.()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}
