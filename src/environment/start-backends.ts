import { parseNatsUrls, parseRedisUrl } from './addresses.ts'
import type { Backends, ServerBackends, ServerNode } from './backends.ts'
import { awaitClusters, startClusterPrograms } from './cluster/cluster-backend.ts'
import { configurationHash } from './configuration-hash.ts'
import { startContainers } from './containers.ts'
import { EnvironmentError } from './environment-error.ts'
import { containerProcess } from './nodes/container-process.ts'
import { openNodeControl } from './nodes/node-control.ts'
import { programProcess } from './nodes/program-process.ts'
import { StartedNode } from './nodes/started-node.ts'
import { missingPrograms, startNatsProgram, startRedisProgram } from './programs.ts'
import { checkNats, checkRedis } from './server-checks.ts'
import { defaultImages } from './settings.ts'
import type { BackendImages, BackendSettings } from './settings.ts'

export interface StartedBackends {
  readonly backends: Backends
  /** Ends the servers that were started for this run; resolves when they are gone. */
  readonly stop: () => Promise<void>
}

export interface BackendOptions extends Omit<BackendSettings, 'images'> {
  readonly images?: BackendImages
  /** Receives one sentence for the user: what takes time, or why another backend is tried. */
  readonly onProgress: (message: string) => void
}

/** Servers that are unavailable, with a reason that fits after "because". */
interface Unavailable {
  readonly unavailable: string
}

/**
 * Finds or starts the servers to measure. `auto` uses the given addresses, else containers, else local
 * programs, else memory. Given addresses are never ignored in favour of something else.
 *
 * @throws {EnvironmentError} if the chosen kind is unavailable, or the given addresses don't answer.
 */
export async function startBackends(options: BackendOptions): Promise<StartedBackends> {
  const { choice, images = defaultImages, onProgress } = options
  switch (choice) {
    case 'external':
      return external(options)
    case 'containers':
      return required(
        await containers(images, onProgress),
        'BENCH_BACKEND=containers',
        dockerAdvice,
      )
    case 'programs':
      return required(await programs(), 'BENCH_BACKEND=programs', programsAdvice)
    case 'cluster':
      return cluster(options)
    case 'memory':
      return memory('memory was requested')
    case 'auto':
      break
  }
  if (options.redisUrl !== undefined || options.natsUrl !== undefined) return external(options)
  const inContainers = await containers(images, onProgress)
  if (!('unavailable' in inContainers)) return inContainers
  const local = await programs()
  if (!('unavailable' in local)) {
    onProgress(`Using local redis-server and nats-server, because ${inContainers.unavailable}.`)
    return local
  }
  return memory(`${inContainers.unavailable}, and ${local.unavailable}`)
}

const dockerAdvice =
  'Install and start Docker (https://docs.docker.com/get-docker), pull the images or name others with ' +
  'BENCH_REDIS_IMAGE and BENCH_NATS_IMAGE, or choose another BENCH_BACKEND.'
const programsAdvice =
  'Install Redis (https://redis.io/docs/latest/get-started) and nats-server ' +
  '(https://docs.nats.io/running-a-nats-service/introduction/installation) so that both are on the ' +
  'PATH, or choose another BENCH_BACKEND.'

function required(
  outcome: StartedBackends | Unavailable,
  setting: string,
  advice: string,
): StartedBackends {
  if (!('unavailable' in outcome)) return outcome
  const reason = outcome.unavailable.replace(/\.$/, '')
  throw new EnvironmentError(`${setting} is unavailable: ${reason}. ${advice}`.trimEnd())
}

async function cluster(options: BackendOptions): Promise<StartedBackends> {
  const { cluster: choice = 'auto', images = defaultImages, onProgress } = options
  const setting = choice === 'auto' ? 'BENCH_BACKEND=cluster' : `BENCH_CLUSTER=${choice}`
  if (choice === 'containers') {
    return required(await clusterOfContainers(images, onProgress), setting, dockerAdvice)
  }
  const missing = missingPrograms()
  if (missing === undefined) return required(await clusterOfPrograms(), setting, '')
  if (choice === 'programs') return required({ unavailable: missing }, setting, programsAdvice)
  const inContainers = await clusterOfContainers(images, onProgress)
  if ('unavailable' in inContainers) {
    const unavailable = `${missing}, and ${inContainers.unavailable}`
    return required({ unavailable }, setting, programsAdvice)
  }
  onProgress(`The clusters consist of containers, because ${missing}.`)
  return inContainers
}

async function clusterOfPrograms(): Promise<StartedBackends | Unavailable> {
  const clusters = await startClusterPrograms().catch(unavailableBy)
  if ('unavailable' in clusters) return clusters
  const { nodes, settle, stop, ...servers } = clusters
  return checked(servers, nodes, stop, settle)
}

async function clusterOfContainers(
  images: BackendImages,
  onProgress: (message: string) => void,
): Promise<StartedBackends | Unavailable> {
  const start = await startContainers(images, onProgress, 'cluster')
  if (start.state === 'failed') return { unavailable: start.reason }
  const settle = () => awaitClusters(start.containers)
  const whole = await settle().catch(unavailableBy)
  if (whole !== undefined) {
    await start.stop()
    return whole
  }
  const nodes = start.containers.map((container) => new StartedNode(containerProcess(container)))
  return checked({ kind: 'containers', ...urlsOf(start.containers) }, nodes, start.stop, settle)
}

function unavailableBy(error: unknown): Unavailable {
  if (error instanceof EnvironmentError) return { unavailable: error.message }
  throw error
}

async function external({ redisUrl, natsUrl }: BackendOptions): Promise<StartedBackends> {
  if (redisUrl === undefined || natsUrl === undefined) {
    const missing =
      redisUrl === natsUrl ? 'neither is' : `${redisUrl ? 'NATS_URL' : 'REDIS_URL'} is not`
    throw new EnvironmentError(
      `External servers need both REDIS_URL and NATS_URL, and ${missing} set. ` +
        'Set them, e.g. REDIS_URL=redis://localhost:6379 NATS_URL=nats://localhost:4222.',
    )
  }
  const backends = await check({
    kind: 'external',
    redisUrl: parseRedisUrl(redisUrl),
    natsUrls: parseNatsUrls(natsUrl),
  })
  return { backends, stop: async () => {} }
}

async function containers(
  images: BackendImages,
  onProgress: (message: string) => void,
): Promise<StartedBackends | Unavailable> {
  const start = await startContainers(images, onProgress)
  if (start.state === 'failed') return { unavailable: start.reason }
  const nodes = start.containers.map((container) => new StartedNode(containerProcess(container)))
  return checked({ kind: 'containers', ...urlsOf(start.containers) }, nodes, start.stop)
}

function urlsOf(nodes: readonly ServerNode[]): Pick<ServerBackends, 'redisUrl' | 'natsUrls'> {
  const urls = (server: ServerNode['server']) =>
    nodes.filter((node) => node.server === server).map(({ address }) => `${server}://${address}`)
  return { redisUrl: urls('redis').join(','), natsUrls: urls('nats') }
}

async function programs(): Promise<StartedBackends | Unavailable> {
  const missing = missingPrograms()
  if (missing !== undefined) return { unavailable: missing }
  const outcomes = await Promise.allSettled([startRedisProgram(), startNatsProgram()])
  const servers = outcomes
    .filter((outcome) => outcome.status === 'fulfilled')
    .map(({ value }) => value)
  const stop = async () => {
    await Promise.all(servers.map((server) => server.stop()))
  }
  const [redis, nats] = servers
  if (outcomes.length === servers.length && redis && nats) {
    const nodes = [programProcess('redis-1', redis), programProcess('nats-1', nats)].map(
      (process) => new StartedNode(process),
    )
    return checked({ kind: 'programs', redisUrl: redis.url, natsUrls: [nats.url] }, nodes, stop)
  }
  await stop()
  const reasons = outcomes.filter((outcome) => outcome.status === 'rejected')
  return { unavailable: reasons.map(({ reason }) => String(reason.message)).join(' and ') }
}

/** Checks servers that were started here and opens their control, or stops them if they don't answer. */
async function checked(
  servers: Pick<ServerBackends, 'kind' | 'redisUrl' | 'natsUrls'>,
  nodes: readonly StartedNode[],
  stop: () => Promise<void>,
  settle: () => Promise<void> = async () => {},
): Promise<StartedBackends | Unavailable> {
  try {
    const backends = await check(servers)
    const control = await openNodeControl(nodes, settle)
    return {
      backends: { ...backends, started: control.started },
      stop: async () => {
        await Promise.all([control.close(), stop()])
      },
    }
  } catch (error) {
    await stop()
    if (error instanceof EnvironmentError) return { unavailable: error.message }
    throw error
  }
}

async function check(
  servers: Pick<ServerBackends, 'kind' | 'redisUrl' | 'natsUrls'>,
): Promise<ServerBackends> {
  const { redisUrl, natsUrls } = servers
  const [redis, nats] = await Promise.all([checkRedis(redisUrl), checkNats(natsUrls)])
  const isKnown = redis.configurations !== null && nats.configurations !== null
  return {
    ...servers,
    redisVersion: redis.version,
    natsVersion: nats.version,
    configurationHash: isKnown
      ? configurationHash(redis.configurations, nats.configurations)
      : null,
    ...(redis.topology === undefined ? {} : { redisTopology: redis.topology }),
    ...(nats.topology === undefined ? {} : { natsTopology: nats.topology }),
  }
}

function memory(because: string): StartedBackends {
  const notice =
    `No real server was measured: Redis and NATS were replaced by this process's own memory, because ` +
    `${because}; to measure real ones, start Docker, install redis-server and nats-server, or set ` +
    'REDIS_URL and NATS_URL.'
  return { backends: { kind: 'memory', notice }, stop: async () => {} }
}
