import { setTimeout as delay } from 'node:timers/promises'
import { RegistryError } from '../../../errors.ts'
import { filterFrom } from '../../../filter/filter.ts'
import type { RegistrationTimes, RegistryStore } from '../../../store.ts'
import { connectRedisStore } from '../../redis-store.ts'
import {
  randomFrom,
  statuses,
  type CallTimes,
  type HistoryMetadata,
  type HistoryReport,
  type HistoryTask,
  type ReadEvent,
  type WriteEvent,
} from './events.ts'

/** A few are written often, so that processes meet; the others so seldom that a lost change shows. */
const hotIdentities = 20
const identities = 300
const writesInFlight = 4
const storesRead = 3

process.once('message', (task: HistoryTask) => {
  const history = task.role === 'writer' ? write(task) : read(task)
  void history.then((report) => process.send?.(report, () => process.disconnect()))
})

async function write(task: HistoryTask): Promise<HistoryReport> {
  const random = randomFrom(task.seed)
  const writes: WriteEvent[] = []
  const { url, namespace, logCap } = task
  const store = await connectRedisStore({ url, namespace, logCap })
  let serial = 0

  const makeOne = async () => {
    serial += 1
    const call = serial
    const identity = `user-${random(random(3) === 0 ? identities : hotIdentities)}`
    const kind = (['register', 'replace', 'replace', 'heartbeat', 'unregister'] as const)[random(5)]
    if (kind === undefined) throw new Error('out of range')
    const ttlMs = [0, 1 + random(5), 10 + random(40), 1000][random(4)] ?? 0
    const status = statuses[random(statuses.length)] ?? statuses[0]
    const isLarge = task.hasLarge === true && random(4) === 0
    const filling = isLarge ? { filling: 'x'.repeat(600) } : {}
    const metadata: HistoryMetadata = { status, writer: task.seed, serial: call, ...filling }
    const metadataJson = JSON.stringify(metadata)
    const perform = (): Promise<RegistrationTimes | boolean> => {
      if (kind === 'heartbeat') return store.heartbeat(identity, ttlMs)
      if (kind === 'unregister') return store.unregister(identity)
      const replace = kind === 'replace'
      return store.register({ identity, metadataJson, ttlMs, replace, gateway: null })
    }
    const { result, times } = await timed(() => perform().catch(refusal))
    const given = kind === 'register' || kind === 'replace' ? { metadata: metadataJson } : {}
    const outcome = outcomeOf(result)
    writes.push({ ...times, kind, identity, serial: call, outcome, ...given })
  }
  const keepWriting = async () => {
    while (serial < task.writes) {
      await makeOne()
      if (random(15) === 0) await delay(random(10))
    }
  }
  await Promise.all(Array.from({ length: writesInFlight }, keepWriting))
  await store.close()
  return { writes, reads: [], failedReads: 0 }
}

async function read(task: HistoryTask): Promise<HistoryReport> {
  const random = randomFrom(task.seed)
  const reads: ReadEvent[] = []
  let failedReads = 0
  const stopped = new AbortController()
  process.once('message', () => stopped.abort())

  const readOne = async (store: RegistryStore) => {
    await delay(random(3))
    const status = random(2) === 0 ? null : (statuses[random(statuses.length)] ?? null)
    const filter = filterFrom(status === null ? {} : { status })
    const { result, times } = await timed(() => store.select(filter).catch(unavailable))
    if (result === null) {
      failedReads += 1
      return
    }
    const seen = result.map(({ identity, metadata, registeredAt, expiresAt }) => {
      return { identity, metadata: JSON.stringify(metadata), registeredAt, expiresAt }
    })
    reads.push({ ...times, kind: 'read', status, seen })
  }
  const { url, namespace, logCap } = task
  const keepReading = async () => {
    let store = await connectRedisStore({ url, namespace, logCap })
    while (!stopped.signal.aborted) {
      await Promise.all([readOne(store), readOne(store), readOne(store)])
      // Now and then a reader falls behind, or is a new one that knows nothing.
      if (random(30) === 0) await delay(300 + random(500))
      if (random(60) === 0) {
        await store.close()
        store = await connectRedisStore({ url, namespace, logCap })
      }
    }
    await store.close()
  }
  await Promise.all(Array.from({ length: storesRead }, keepReading))
  return { writes: [], reads, failedReads }
}

async function timed<T>(call: () => Promise<T>): Promise<{ result: T; times: CallTimes }> {
  const beganMs = Date.now()
  const beganAt = Number(process.hrtime.bigint())
  const result = await call()
  const endedAt = Number(process.hrtime.bigint())
  return { result, times: { beganAt, endedAt, beganMs, endedMs: Date.now() } }
}

function unavailable(error: unknown): null {
  if (error instanceof RegistryError && error.code === 'UNAVAILABLE') return null
  throw error
}

function refusal(error: unknown): false {
  const code = error instanceof RegistryError ? error.code : undefined
  if (code === 'ALREADY_EXISTS' || code === 'NOT_FOUND') return false
  throw error
}

function outcomeOf(result: RegistrationTimes | boolean): WriteEvent['outcome'] {
  if (result === false) return { state: 'refused' }
  return { state: 'made', expiresAt: result === true ? null : result.expiresAt }
}
