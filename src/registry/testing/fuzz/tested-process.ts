/**
 * A process under test: one registry that sends, hosts and reads, driven by `tested.ts`. It
 * catches nothing: an exception past its callbacks ends the process, as in a user's.
 */
import { type ConnectOptions, connectRegistry } from '../../connect.ts'
import { findPatternHosts } from '../../nats/pattern-hosts.ts'
import { RegistryError } from '../../errors.ts'
import type { MulticastRegistry } from '../../registry.ts'
import { subjects } from './names.ts'
import type { AnswerMessage, CallMessage, Hosting, Listed, TestedCalls } from './tested-calls.ts'

/** How many messages' handlers are remembered; more than are queried at a time. */
const REMEMBERED_MESSAGES = 20_000

let registry: MulticastRegistry | null = null
let ownName = ''
let connectOptions: ConnectOptions | null = null
const handled = new Map<string, string[]>()

function mine(): MulticastRegistry {
  if (registry === null) throw new Error('Not started.')
  return registry
}

function optionsOfMine(): ConnectOptions {
  if (connectOptions === null) throw new Error('Not started.')
  return connectOptions
}

function remember(id: string, identity: string): void {
  const identities = handled.get(id) ?? []
  identities.push(identity)
  handled.set(id, identities)
  const [oldest] = handled.keys()
  if (handled.size > REMEMBERED_MESSAGES && oldest !== undefined) handled.delete(oldest)
}

async function host({ identities, patterns, moody }: Hosting): Promise<void> {
  const tried = new Set<string>()
  for (const identity of identities) {
    await mine().subscribe(identity, (message) => {
      const first = !tried.has(message.id)
      if (tried.size > REMEMBERED_MESSAGES) tried.clear()
      if (identity === moody && first) {
        tried.add(message.id)
        if (tried.size % 3 > 0) throw new Error('not now')
      }
      remember(message.id, identity)
    })
  }
  for (const pattern of patterns) {
    await mine().subscribeMatching(pattern, ({ id, identity }) => remember(id, identity))
  }
}

/** Leaves out parts that a message to the parent might not carry, such as deeply nested metadata. */
async function listedBy(reader: MulticastRegistry): Promise<readonly Listed[]> {
  const { registrations } = await reader.enumerate()
  return registrations.map(({ identity, gateway, metadata = {} }) => {
    const { valid = null, route = null, round = null } = metadata
    return { identity, gateway, valid, route, round }
  })
}

const calls: TestedCalls = {
  start: async (name, options, hosting) => {
    ownName = name
    connectOptions = options
    registry = await connectRegistry({ ...options, onWarning: () => {} })
    await host(hosting)
    return registry.gateway
  },
  register: async (...args) => {
    await mine().register(...args)
    return null
  },
  unregister: async (identity) => {
    await mine().unregister(identity)
    return null
  },
  heartbeat: async (identity) => {
    await mine().heartbeat(identity)
    return null
  },
  enumerate: async (reader) => {
    if (reader === 'old') return listedBy(mine())
    const { redisUrl, natsUrls, namespace } = optionsOfMine()
    const strategy = reader === 'scan' ? 'scan' : 'replica'
    const options = { redisUrl, natsUrls, namespace, strategy, onWarning: () => {} } as const
    const other = await connectRegistry(options)
    try {
      return await listedBy(other)
    } finally {
      await other.close()
    }
  },
  multicast: async (filter, options) => {
    const { messageId, statuses } = await mine().multicast(filter, 'fuzz', options)
    return { messageId, statuses: new Map(statuses) }
  },
  findPatternHosts: () => findPatternHosts(optionsOfMine().natsUrls, subjects),
  handled: async (messageId) => handled.get(messageId) ?? [],
  health: async () => {
    globalThis.gc?.()
    const { heapUsed, external } = process.memoryUsage()
    const warnings = Object.fromEntries(mine().warnings)
    return { process: ownName, warnings, heapBytes: heapUsed + external }
  },
}

async function answer({ number, name, args }: CallMessage): Promise<AnswerMessage> {
  try {
    const call = calls[name] as (...given: readonly unknown[]) => Promise<unknown>
    return { number, result: await call(...args) }
  } catch (error) {
    const code = error instanceof RegistryError ? error.code : 'UNEXPECTED'
    const message = error instanceof Error ? (error.stack ?? error.message) : String(error)
    return { number, error: { code, message } }
  }
}

process.on('message', (message: CallMessage) => {
  void answer(message).then((answered) => process.send?.(answered))
})
// Without a parent there is no more work.
process.on('disconnect', () => process.exit())
