/**
 * A process that imports both versions of the registry, calls one operation of both in turns, and
 * tells its parent what that took. Each process draws anew which version is imported and connected
 * first, because either may leave a trace in the process.
 */
import { importRegistry, type Connect } from '../operations/registry-under-test.ts'
import type { RegistryUnderTest } from '../operations/registry-under-test.ts'
import { prepareOperation, type ReadyOperation } from '../operations/operations.ts'
import {
  LONGEST_STEP_MS,
  stepOf,
  VersionFailure,
  type Phase,
} from '../operations/version-failure.ts'
import {
  inDrawnOrder,
  measureCpu,
  measureDeferred,
  measureIdleCpu,
  measureLatency,
  type ArmName,
} from './measure-pairs.ts'
import type { PairEnding, PairEstimate } from './pair-estimate.ts'
import { pairTaskSchema, type PairTask } from './pair-task.ts'

/** A version's failure, and whose it is. */
class ArmFailure extends Error {
  readonly arm: ArmName
  readonly failure: VersionFailure

  constructor(arm: ArmName, failure: VersionFailure) {
    super(`${arm}: ${failure.message}`)
    this.arm = arm
    this.failure = failure
  }
}

/** @throws ArmFailure if the step throws, or doesn't end. */
async function stepOfArm<T>(arm: ArmName, phase: Phase, step: () => Promise<T>): Promise<T> {
  try {
    return await stepOf(phase, step)
  } catch (error) {
    throw error instanceof VersionFailure ? new ArmFailure(arm, error) : error
  }
}

async function measure(task: PairTask): Promise<PairEstimate> {
  const connects: Partial<Record<ArmName, Connect>> = {}
  for (const arm of inDrawnOrder()) {
    connects[arm] = await stepOfArm(arm, 'import', () => importRegistry(task[arm]))
  }
  const registries: Partial<Record<ArmName, RegistryUnderTest>> = {}
  const idle: Partial<Record<ArmName, number>> = {}
  // Equally long for both versions.
  const [ofBase, ofHead] = Math.random() < 0.5 ? ['m1', 'm2'] : ['m2', 'm1']
  const names = { base: `gate-${ofBase}-${task.tag}`, head: `gate-${ofHead}-${task.tag}` }
  try {
    let idleBefore = await measureIdleCpu(task.idleMs)
    for (const arm of inDrawnOrder()) {
      const { redisUrl, natsUrls } = task
      registries[arm] = await stepOfArm(arm, 'connect', async () => {
        const connect = required(connects[arm])
        return connect({ redisUrl, natsUrls, namespace: names[arm], onWarning: () => {} })
      })
      // The second one's is what it adds to the first one's.
      const idleCpu = await measureIdleCpu(task.idleMs)
      idle[arm] = Math.max(idleCpu - idleBefore, 0)
      idleBefore = idleCpu
    }
    const calls = {
      base: await prepare('base', required(registries.base), task),
      head: await prepare('head', required(registries.head), task),
    }
    const latency = await measureLatency(calls, task)
    const callMs = Math.max(latency.base, latency.head)
    const cpu = await measureCpu(calls, { cpuMs: task.cpuMs, callMs })
    const deferred = await measureDeferred(calls, { deferredMs: task.deferredMs, callMs })
    for (const arm of ['base', 'head'] as const) await calls[arm].end()
    const idleCpu = { base: required(idle.base), head: required(idle.head) }
    return { operation: task.operation, latency, cpu, ...deferred, idleCpu }
  } finally {
    await Promise.all(Object.values(registries).map(leave))
  }
}

/** Prepares the operation; a call that throws, or hangs, is known as that version's. */
async function prepare(
  arm: ArmName,
  registry: RegistryUnderTest,
  { operation }: PairTask,
): Promise<ReadyOperation> {
  const ready = await stepOfArm(arm, 'prepare', () => prepareOperation[operation](registry))
  await stepOfArm(arm, 'call', ready.call)
  return {
    ...ready,
    call: async () => {
      underWay = { arm, sinceMs: performance.now() }
      try {
        return await ready.call()
      } catch (error) {
        throw new ArmFailure(arm, new VersionFailure('call', error))
      }
    },
  }
}

let underWay: { readonly arm: ArmName; readonly sinceMs: number } | null = null

/** Ends the process over a call that never ends: a timer per call would be measured with it. */
setInterval(() => {
  if (underWay === null || performance.now() - underWay.sinceMs < LONGEST_STEP_MS) return
  const error = `a call did not end within ${LONGEST_STEP_MS / 1_000} s`
  report({ kind: 'failed', arm: underWay.arm, phase: 'call', error })
}, 1_000).unref()

/** What is left on the servers expires by itself. */
async function leave(registry: RegistryUnderTest): Promise<void> {
  try {
    await registry.clear()
    await registry.close()
  } catch {
    // The measurement is complete, or its failure is known.
  }
}

function required<T>(value: T | undefined): T {
  if (value === undefined) throw new TypeError('used before it was opened')
  return value
}

function report(ending: PairEnding): void {
  process.send?.(ending, () => process.exit(0))
}

// A version's rejection or exception outside of a call belongs to neither by itself: the parent
// reads it on stderr, and runs the baseline against itself to learn whose it is.
try {
  const task = pairTaskSchema.parse(JSON.parse(process.argv[2] ?? ''))
  report({ kind: 'measured', estimate: await measure(task) })
} catch (error) {
  if (!(error instanceof ArmFailure)) throw error
  const {
    arm,
    failure: { phase, message },
  } = error
  report({ kind: 'failed', arm, phase, error: message })
}
