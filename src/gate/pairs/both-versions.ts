import { prepareOperation, type OperationName } from '../operations/operations.ts'
import {
  importRegistry,
  type Connect,
  type RegistryUnderTest,
} from '../operations/registry-under-test.ts'
import { MAX_STEP_MS, stepOf, VersionFailure, type Phase } from '../operations/version-failure.ts'
import type { ArmName } from '../versions/arm.ts'
import { inDrawnOrder, type Both, type Calls } from './measure-pairs.ts'
import type { PairFailure } from './pair-estimate.ts'

/** Where both versions are, and the servers that they share. */
export interface BothTask extends Both<string> {
  readonly redisUrl: string
  readonly natsUrls: readonly string[]
  /** Part of the namespaces, which have to differ from those of other processes. */
  readonly tag: string
}

/** One operation of both versions, ready to be called in turns. */
export interface ReadyPair {
  readonly calls: Calls
  readonly close: () => Promise<void>
}

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

/**
 * Imports both versions, in an order drawn anew: the first may leave a trace in the process.
 * @throws ArmFailure
 */
export async function importBoth(task: BothTask): Promise<Both<Connect>> {
  return inTurns((arm) => stepOfArm(arm, 'import', () => importRegistry(task[arm])))
}

/**
 * Connects both versions, in an order drawn anew, and prepares an operation of each.
 * @param onConnected after each connection, before the next one.
 * @throws ArmFailure
 */
export async function openPair(
  operation: OperationName,
  connects: Both<Connect>,
  { redisUrl, natsUrls, tag }: BothTask,
  onConnected: (arm: ArmName) => Promise<void> = async () => {},
): Promise<ReadyPair> {
  // Equally long for both versions.
  const [ofBase, ofHead] = Math.random() < 0.5 ? ['m1', 'm2'] : ['m2', 'm1']
  const namespaces = {
    base: `gate-${ofBase}-${operation}-${tag}`,
    head: `gate-${ofHead}-${operation}-${tag}`,
  }
  const registries = await inTurns(async (arm) => {
    const namespace = namespaces[arm]
    const options = { redisUrl, natsUrls, namespace, onWarning: () => {} }
    const registry = await stepOfArm(arm, 'connect', () => connects[arm](options))
    await onConnected(arm)
    return registry
  })
  const ready = await inTurns((arm) =>
    stepOfArm(arm, 'prepare', () => prepareOperation[operation](registries[arm])),
  )
  const calls = { base: watched('base', ready.base.call), head: watched('head', ready.head.call) }
  await inTurns((arm) => stepOfArm(arm, 'call', calls[arm].call))
  const close = async () => {
    await inTurns((arm) => leave(registries[arm], ready[arm].end))
  }
  return { calls, close }
}

let underWay: { readonly arm: ArmName; readonly sinceMs: number } | null = null

/** A call that throws, or never ends, is known as that version's. */
function watched(arm: ArmName, call: () => Promise<number>): Calls[ArmName] {
  return {
    call: async () => {
      underWay = { arm, sinceMs: performance.now() }
      try {
        return await call()
      } catch (error) {
        throw new ArmFailure(arm, new VersionFailure('call', error))
      }
    },
  }
}

/** What is left on the servers expires by itself. */
async function leave(registry: RegistryUnderTest, end: () => Promise<void>): Promise<void> {
  try {
    await end()
    await registry.clear()
    await registry.close()
  } catch {
    // The measurement is complete.
  }
}

async function inTurns<T>(step: (arm: ArmName) => Promise<T>): Promise<Both<T>> {
  const [first, second] = inDrawnOrder()
  const ofFirst = await step(first)
  const ofSecond = await step(second)
  return first === 'base' ? { base: ofFirst, head: ofSecond } : { base: ofSecond, head: ofFirst }
}

/**
 * The main part of a process that measures both versions: sends its parent what `measure` resolves
 * with, or which version failed, and ends. It ends with its parent, too.
 */
export async function reportToParent(measure: () => Promise<object>): Promise<void> {
  process.once('disconnect', () => process.exit())
  // A timer per call would be measured with it.
  setInterval(() => {
    if (underWay === null || performance.now() - underWay.sinceMs < MAX_STEP_MS) return
    const error = `a call did not end within ${MAX_STEP_MS / 1_000} s`
    send({ kind: 'failed', arm: underWay.arm, phase: 'call', error })
  }, 1_000).unref()
  try {
    send(await measure())
  } catch (error) {
    // Anything else, such as a rejection in the background, ends the process: its parent reads why.
    if (!(error instanceof ArmFailure)) throw error
    const { arm, failure } = error
    send({ kind: 'failed', arm, phase: failure.phase, error: failure.message })
  }
}

function send(message: object | PairFailure): void {
  process.send?.(message, () => process.exit(0))
}
