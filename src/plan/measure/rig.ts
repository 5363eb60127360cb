import { randomBytes } from 'node:crypto'
import { AUDITED_RECORDS } from '../demand-amounts.ts'
import { CPU_RESOURCES, type Reference } from '../reference.ts'
import type { Amounts, Resource } from '../terms.ts'
import type { ReferenceRole } from './bare-requests.ts'
import { MeasuredProcess } from './child.ts'
import { amountsOf, metadataBytesOf, type Load } from './load.ts'
import { totalOf, type Population } from './population.ts'
import type { Work } from './work.ts'
import { startMeasuredServers, type MeasuredServers } from './servers.ts'

/** The resources used for given amounts. Absent resources were not measured. */
export interface Measurement {
  readonly name: string
  readonly amounts: Amounts
  readonly measured: Readonly<Partial<Record<Resource, number>>>
}

/** When queried, a replica compares itself with some records at most this often. */
const AUDIT_EVERY_MS = 100
/** Requests of the reference work: for the writer, and for each reader. */
const REFERENCE_WRITES = 6_000
const REFERENCE_REQUESTS = 2_000
const CATCH_UP: Work = { kind: 'enumerate', count: 1, audience: 'nobody' }

/** The size of a population. */
export interface PopulationSizes extends Pick<
  Population,
  'identities' | 'groups' | 'metadataBytes'
> {
  /** The number of the rig's gateways that host it. */
  readonly gateways: number
}

/** The size of a rig. */
export interface RigOptions {
  readonly readers: number
  readonly gateways: number
}

/** Servers and processes that a load runs on: a writer, readers, and gateways that host subscribers. */
export class Rig {
  readonly servers: MeasuredServers
  readonly #writer: MeasuredProcess
  readonly #readers: readonly MeasuredProcess[]
  readonly #gateways: readonly MeasuredProcess[]
  /** A gateway answers the reference work's requests. */
  #isAnswering = false

  private constructor(
    servers: MeasuredServers,
    writer: MeasuredProcess,
    readers: readonly MeasuredProcess[],
    gateways: readonly MeasuredProcess[],
  ) {
    this.servers = servers
    this.#writer = writer
    this.#readers = readers
    this.#gateways = gateways
  }

  /** @throws EnvironmentError if servers can't be started. */
  static async start({ readers, gateways }: RigOptions): Promise<Rig> {
    const servers = await startMeasuredServers()
    const several = (count: number) => Array.from({ length: count }, () => new MeasuredProcess())
    return new Rig(servers, new MeasuredProcess(), several(readers), several(gateways))
  }

  /** Registers a population in a namespace of its own and hosts its subscribers; measures the memory of Redis. */
  async populate(
    sizes: PopulationSizes,
  ): Promise<{ readonly population: Population; readonly measurement: Measurement }> {
    const { redisUrl, natsUrl } = this.servers
    const namespace = `plan-${randomBytes(4).toString('hex')}`
    const connect = (process: MeasuredProcess) =>
      process.ask('connected', { kind: 'connect', redisUrl, natsUrl, namespace })
    const hosts = this.#gateways.slice(0, sizes.gateways)
    const gateways = await Promise.all(hosts.map(connect))
    await Promise.all([this.#writer, ...this.#readers].map(connect))
    const population = {
      namespace,
      ...sizes,
      gateways: gateways.map(({ gateway }) => gateway),
    }
    await Promise.all(
      hosts.map((process, gatewayIndex) =>
        process.ask('done', { kind: 'host', population, gatewayIndex }),
      ),
    )
    const before = await this.servers.counts()
    await this.#writer.ask('done', { kind: 'populate', population })
    const after = await this.servers.counts()
    const logBytes = await this.servers.keyBytes(`${namespace}:~log`)
    const identities = totalOf(population)
    const memoryBytes = after['redis.memoryBytes'] - before['redis.memoryBytes'] - logBytes
    const measurement = {
      name: `${identities} identities, ${metadataBytesOf(population)} bytes of metadata each`,
      amounts: { identities, metadataBytes: identities * metadataBytesOf(population) },
      measured: { 'redis.memoryBytes': memoryBytes },
    }
    return { population, measurement }
  }

  /** Runs a load after readers have caught up with earlier changes. */
  async run(load: Load): Promise<Measurement> {
    const { population, phases, times } = load
    const ask = async (process: MeasuredProcess, all: readonly Work[]) => {
      for (const work of all) await process.ask('done', { kind: 'work', population, work })
    }
    await Promise.all(this.#readers.map((reader) => ask(reader, [CATCH_UP])))
    const startedAtMs = performance.now()
    const measured = await this.#measured(async () => {
      for (let time = 0; time < times; time += 1) {
        for (const { writer = [], readers = [] } of phases) {
          const reading = this.#readers.map((reader) => ask(reader, readers))
          await Promise.all([ask(this.#writer, writer), ...reading])
        }
      }
    })
    const amounts = amountsOf(load, this.#readers.length)
    const reads = readsOf(amounts, measured)
    const due = ((performance.now() - startedAtMs) / AUDIT_EVERY_MS) * this.#readers.length
    const audits = Math.min(due, reads)
    const auditedBytes = audits * AUDITED_RECORDS * metadataBytesOf(population)
    const of = load.cpuOf?.map((worker) => `${worker}.cpuUs`)
    return {
      name: load.name,
      amounts: { ...amounts, reads, audits, auditedBytes },
      measured: Object.fromEntries(
        Object.entries(measured).filter(
          ([name]) => of === undefined || !name.endsWith('.cpuUs') || of.includes(name),
        ),
      ),
    }
  }

  /** Has the writer, readers and a gateway make bare requests: the same work on every machine. */
  async reference(): Promise<Reference> {
    const ask = (process: MeasuredProcess, role: ReferenceRole, count: number) =>
      process.ask('done', { kind: 'reference', role, count })
    const [gateway] = this.#gateways
    if (gateway !== undefined && !this.#isAnswering) await ask(gateway, 'answer', 1)
    this.#isAnswering = true
    const measured = await this.#measured(async () => {
      await Promise.all([
        ask(this.#writer, 'store', REFERENCE_WRITES),
        ...this.#readers.map((reader) => ask(reader, 'ask', REFERENCE_REQUESTS)),
      ])
    })
    const cpu = CPU_RESOURCES.map((resource) => [resource, measured[resource] ?? 0])
    return Object.fromEntries(cpu) as Reference
  }

  /** Has a reader load a replica. */
  async load(population: Population): Promise<Measurement> {
    const [reader] = this.#readers
    if (reader === undefined) throw new RangeError('there is no reader')
    await reader.ask('done', { kind: 'open', population })
    const measured = await this.#measured(async () => {
      await reader.ask('done', { kind: 'load', population })
    })
    const { memoryBytes } = await reader.ask('closed', { kind: 'close' })
    const identities = totalOf(population)
    const bytes = identities * metadataBytesOf(population)
    return {
      name: `loading ${identities}`,
      amounts: {
        loaded: identities,
        loadedBytes: bytes,
        replicated: identities,
        replicatedBytes: bytes,
      },
      measured: { ...measured, 'reader.memoryBytes': memoryBytes },
    }
  }

  async stop(): Promise<void> {
    const processes = [this.#writer, ...this.#readers, ...this.#gateways]
    await Promise.all(processes.map((process) => process.end()))
    await this.servers.stop()
  }

  async #measured(run: () => Promise<void>): Promise<Measurement['measured']> {
    // The cost of the call itself is in neither reading of CPU time.
    const countsBefore = await this.servers.counts()
    const before = await this.#cpu()
    await run()
    const after = await this.#cpu()
    const countsAfter = await this.servers.counts()
    const start: Readonly<Record<string, number>> = { ...countsBefore, ...before }
    return Object.fromEntries(
      Object.entries({ ...countsAfter, ...after })
        .filter(([name]) => name !== 'redis.memoryBytes')
        .map(([name, value]) => [name, value - (start[name] ?? 0)]),
    )
  }

  async #cpu(): Promise<Readonly<Partial<Record<Resource, number>>>> {
    const total = async (processes: readonly MeasuredProcess[]) => {
      const each = await Promise.all(processes.map((process) => process.cpuUs()))
      return each.reduce((sum, us) => sum + us, 0)
    }
    const [writer, readers, gateways] = await Promise.all([
      total([this.#writer]),
      total(this.#readers),
      total(this.#gateways),
    ])
    return {
      ...this.servers.cpu(),
      'writer.cpuUs': writer,
      'reader.cpuUs': readers,
      'gateway.cpuUs': gateways,
    }
  }
}

/** Overlapping calls of a process share reads, so this counts the commands that wrote nothing. */
function readsOf(amounts: Amounts, measured: Measurement['measured']): number {
  const { registrations = 0, heartbeats = 0, unregistrations = 0 } = amounts
  const reads = (measured['redis.commands'] ?? 0) - registrations - heartbeats - unregistrations
  return Math.max(0, reads)
}
