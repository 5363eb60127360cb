import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { EXIT } from '../../src/exit-code.ts'
import { InputError } from '../../src/input-error.ts'
import { nowMs } from '../../src/load/clock.ts'
import { UserError } from '../../src/user-error.ts'
import { kubectl, tryKubectl } from './kubectl.ts'

/*
 * Walks through deploy/kubernetes/ on the cluster that kubectl points to: applies the overlays, runs a load while
 * pods are deleted, runs one with a pod that can't be scheduled, and removes the namespace.
 * npm run walk-through:kubernetes -- --context <name of the current context>
 */

const NAMESPACE = 'prism-loadtest'
const OVERLAYS = fileURLToPath(new URL('../../deploy/kubernetes/overlays/', import.meta.url))
const RUN_TIMEOUT_MS = 8 * 60_000
const LOOK_MS = 2_000
/** Before a pod is deleted: the scenario expects that of Redis in its first 45 %, and that of NATS after it. */
const PAUSES_MS = { redis: 8_000, nats: 24_000 }

const SCHEDULE_TIMEOUT_MS = 30_000
const SERVERS = ['redis', 'nats']

/** What is read of it. */
interface Pod {
  readonly metadata: { readonly name: string }
  readonly spec: { readonly nodeName?: string }
  readonly status: {
    readonly conditions?: readonly { readonly type: string; readonly message?: string }[]
    readonly initContainerStatuses?: readonly ContainerStatus[]
  }
}
interface ContainerStatus {
  readonly image: string
  readonly state: { readonly waiting?: { readonly reason?: string; readonly message?: string } }
}

/** What is changed of it. */
interface CronJob {
  readonly spec: {
    readonly jobTemplate: {
      readonly spec: { readonly template: { readonly spec: Record<string, unknown> } }
    }
  }
}

const inNamespace = (...args: readonly string[]): string => kubectl(['-n', NAMESPACE, ...args])
const say = (text: string): void => void process.stdout.write(`${text}\n`)

/** @throws InputError unless the context of kubectl is the one that was named. */
function confirmContext(args: readonly string[]): void {
  const current = kubectl(['config', 'current-context'])
  if (args.length === 2 && args[0] === '--context' && args[1] === current) return
  throw new InputError(
    `kubectl points to the context ${current}. This makes, and in the end removes, its namespace ${NAMESPACE}; if that is meant, say: --context ${current}`,
  )
}

/** Makes the namespace and its passwords. */
function openNamespace(): void {
  kubectl(['create', 'namespace', NAMESPACE])
  const password = (name: string) => `--from-literal=${name}=${randomBytes(24).toString('hex')}`
  const passwords = [password('REDIS_PASSWORD'), password('NATS_PASSWORD')]
  inNamespace('create', 'secret', 'generic', NAMESPACE, ...passwords)
}

function closeNamespace(): void {
  kubectl(['delete', 'namespace', NAMESPACE])
}

function apply(overlay: string): void {
  const applied = kubectl(['apply', '-k', `${OVERLAYS}${overlay}`])
  say(`${overlay}: ${applied.split('\n').length} resources applied`)
}

function awaitServers(): void {
  for (const server of SERVERS) {
    inNamespace('rollout', 'status', `statefulset/${server}`, '--timeout=5m')
    say(`${server}: all pods are ready`)
  }
}

/** It needs six nodes: what has no place on these is said in the scheduler's words. */
async function applyProduction(): Promise<void> {
  openNamespace()
  apply('production')
  const deadlineMs = nowMs() + SCHEDULE_TIMEOUT_MS
  while (nowMs() < deadlineMs && SERVERS.some((server) => !hasPlace(server))) await sleep(LOOK_MS)
  for (const server of SERVERS) say(`${server}: ${placesOf(server)}`)
  if (SERVERS.every(hasPlace)) awaitServers()
  closeNamespace()
}

const hasPlace = (server: string): boolean => {
  const pods = podsOf(server)
  return pods.length > 0 && pods.every(({ spec }) => spec.nodeName !== undefined)
}

function podsOf(server: string): readonly Pod[] {
  const selector = `app.kubernetes.io/name=${server}`
  const { items }: { items: readonly Pod[] } = JSON.parse(
    inNamespace('get', 'pods', '-l', selector, '-o', 'json'),
  )
  return items
}

function placesOf(server: string): string {
  const pods = podsOf(server)
  const without = pods.filter(({ spec }) => spec.nodeName === undefined)
  const places = `${pods.length - without.length} of ${pods.length} pods have a node`
  const [first] = without
  if (first === undefined) return places
  const { message } = first.status.conditions?.find(({ type }) => type === 'PodScheduled') ?? {}
  return `${places}; ${first.metadata.name} can't be scheduled: ${message ?? 'nobody has tried'}`
}

function set(data: Readonly<Record<string, string>>): void {
  inNamespace('patch', 'configmap', NAMESPACE, '--type=merge', '-p', JSON.stringify({ data }))
}

async function until(what: string, isSo: () => boolean): Promise<void> {
  const deadlineMs = nowMs() + RUN_TIMEOUT_MS
  while (!isSo()) {
    refuseMissingImage()
    if (nowMs() > deadlineMs) {
      throw new UserError(
        `${what}: not within ${RUN_TIMEOUT_MS / 60_000} min\n${inNamespace('get', 'pods')}`,
      )
    }
    await sleep(LOOK_MS)
  }
}

/** @throws InputError if a node has no image to run the load from: waiting brings none. */
function refuseMissingImage(): void {
  const statuses = podsOf(NAMESPACE).flatMap(({ status }) => status.initContainerStatuses ?? [])
  for (const { image, state } of statuses) {
    const { reason = '', message = '' } = state.waiting ?? {}
    if (!/Image/.test(reason)) continue
    throw new InputError(
      `the cluster has no image ${image} (${reason}: ${message}): build it, and load it into the nodes; docs/kubernetes.md says how`,
    )
  }
}

/** Waits for the Job's end. @returns its condition: `Complete` or `Failed`. */
async function ended(job: string): Promise<string> {
  const conditions = () =>
    inNamespace('get', `job/${job}`, '-o', 'jsonpath={.status.conditions[*].type}')
  await until(`the end of ${job}`, () => /Complete|Failed/.test(conditions()))
  return /Complete/.test(conditions()) ? 'Complete' : 'Failed'
}

/** What the pods of a Job printed; empty before they start. */
function log(job: string, container: string): string {
  const pods = `batch.kubernetes.io/job-name=${job}`
  return tryKubectl(['-n', NAMESPACE, 'logs', '--tail=-1', '-l', pods, '-c', container]).out
}

/** The primary that has the load's registrations: a registry lives on one of them. */
function primaryOfLoad(): string {
  const ask = (pod: string, ...command: readonly string[]): string =>
    inNamespace('exec', pod, '-c', 'redis', '--', 'redis-cli', ...command)
  const [fullest] = podsOf('redis')
    .map(({ metadata }) => metadata.name)
    .filter((pod) => ask(pod, 'ROLE').startsWith('master'))
    .map((pod) => ({ pod, keys: Number(ask(pod, 'DBSIZE')) }))
    .toSorted((a, b) => b.keys - a.keys)
  if (fullest === undefined) throw new UserError('no pod of Redis is a primary')
  say(`${fullest.pod} is the primary of the load's registry: it has ${fullest.keys} keys`)
  return fullest.pod
}

async function deletePods(): Promise<boolean> {
  say('\n## A load, and pods deleted meanwhile')
  set({ SCENARIO: 'pods-deleted' })
  const job = 'pods-deleted'
  inNamespace('create', 'job', `--from=cronjob/${NAMESPACE}`, job)
  // A shard prints its plan after the barrier.
  await until('the start of the load', () => /of warm-up/.test(log(job, 'measure')))
  await sleep(PAUSES_MS.redis)
  say(inNamespace('delete', 'pod', primaryOfLoad(), '--wait=false'))
  await sleep(PAUSES_MS.nats)
  say(inNamespace('delete', 'pod', 'nats-0', '--wait=false'))
  const condition = await ended(job)
  say(log(job, 'report') || log(job, 'measure'))
  say(`The Job: ${condition}`)
  return condition === 'Complete'
}

async function lackAPod(): Promise<boolean> {
  say('\n## A pod that can not be scheduled')
  set({ SCENARIO: 'mixed', BENCH_READY_WITHIN: '20s' })
  const cronJob: CronJob = JSON.parse(inNamespace('get', `cronjob/${NAMESPACE}`, '-o', 'json'))
  const { spec } = cronJob.spec.jobTemplate
  // One pod of this run per operating system: the second one finds no node, however many there are.
  const labelSelector = { matchLabels: { 'batch.kubernetes.io/job-name': 'lacking' } }
  const term = { labelSelector, topologyKey: 'kubernetes.io/os' }
  spec.template.spec['affinity'] = {
    podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term] },
  }
  const metadata = { name: 'lacking', namespace: NAMESPACE }
  kubectl(
    ['apply', '-f', '-'],
    JSON.stringify({ apiVersion: 'batch/v1', kind: 'Job', metadata, spec }),
  )
  const condition = await ended('lacking')
  const printed = log('lacking', 'measure').split('\n')
  const line = printed.find((text) => /not ready within/.test(text))
  say(line ?? printed.join('\n'))
  say(`The Job: ${condition}`)
  return condition === 'Failed' && line !== undefined
}

try {
  confirmContext(process.argv.slice(2))
  if (tryKubectl(['get', 'namespace', NAMESPACE]).isOk) {
    throw new InputError(
      `the namespace ${NAMESPACE} exists already: kubectl delete namespace ${NAMESPACE}`,
    )
  }
  try {
    say('## The overlays')
    await applyProduction()
    openNamespace()
    apply('small')
    awaitServers()
    const results = [await deletePods(), await lackAPod()]
    if (results.includes(false)) process.exitCode = EXIT.failed
  } finally {
    closeNamespace()
    say(`\nThe namespace ${NAMESPACE} is gone.`)
  }
} catch (error) {
  if (!(error instanceof UserError)) throw error
  process.stderr.write(`${error.message}\n`)
  process.exitCode = error.exitCode
}
