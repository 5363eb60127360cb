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

function prepare(): void {
  if (tryKubectl(['get', 'namespace', NAMESPACE]).isOk) {
    throw new InputError(
      `the namespace ${NAMESPACE} exists already: kubectl delete namespace ${NAMESPACE}`,
    )
  }
  say('## The overlays')
  kubectl(['create', 'namespace', NAMESPACE])
}

function applyOverlays(): void {
  // It needs six nodes to run.
  const checked = kubectl(['apply', '--dry-run=server', '-k', `${OVERLAYS}production`])
  say(`production: ${checked.split('\n').length} resources accepted by the cluster (dry run)`)
  const password = (name: string) => `--from-literal=${name}=${randomBytes(24).toString('hex')}`
  inNamespace(
    'create',
    'secret',
    'generic',
    NAMESPACE,
    password('REDIS_PASSWORD'),
    password('NATS_PASSWORD'),
  )
  const applied = kubectl(['apply', '-k', `${OVERLAYS}small`])
  say(`small: ${applied.split('\n').length} resources applied`)
  for (const server of ['redis', 'nats']) {
    say(
      inNamespace('rollout', 'status', `statefulset/${server}`, '--timeout=5m')
        .split('\n')
        .at(-1) ?? '',
    )
  }
}

function set(data: Readonly<Record<string, string>>): void {
  inNamespace('patch', 'configmap', NAMESPACE, '--type=merge', '-p', JSON.stringify({ data }))
}

async function until(what: string, isSo: () => boolean): Promise<void> {
  const deadlineMs = nowMs() + RUN_TIMEOUT_MS
  while (!isSo()) {
    if (nowMs() > deadlineMs) {
      throw new UserError(
        `${what}: not within ${RUN_TIMEOUT_MS / 60_000} min\n${inNamespace('get', 'pods')}`,
      )
    }
    await sleep(LOOK_MS)
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

async function deletePods(): Promise<boolean> {
  say('\n## A load, and pods deleted meanwhile')
  set({ SCENARIO: 'pods-deleted' })
  const job = 'pods-deleted'
  inNamespace('create', 'job', `--from=cronjob/${NAMESPACE}`, job)
  // A shard prints its plan after the barrier.
  await until('the start of the load', () => /of warm-up/.test(log(job, 'measure')))
  await sleep(15_000)
  for (const pod of ['redis-0', 'nats-0']) say(inNamespace('delete', 'pod', pod, '--wait=false'))
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
  prepare()
  try {
    applyOverlays()
    const results = [await deletePods(), await lackAPod()]
    if (results.includes(false)) process.exitCode = EXIT.failed
  } finally {
    say(kubectl(['delete', 'namespace', NAMESPACE]))
  }
} catch (error) {
  if (!(error instanceof UserError)) throw error
  process.stderr.write(`${error.message}\n`)
  process.exitCode = error.exitCode
}
