import type { Both, VersionName } from '../versions/both.ts'
import { forBoth, type Calls } from './call-both.ts'
import { prepareOperation, type OperationName } from './operations.ts'
import { importRegistry, type Connect, type RegistryUnderTest } from './registry-under-test.ts'
import type { SharedServers } from './servers.ts'
import {
  MAX_STEP_MS,
  stepOf,
  VersionFailure,
  type FailedVersion,
  type Phase,
} from './version-failure.ts'

/** The versions and servers of one process. */
export interface BothTask extends SharedServers {
  /** Part of the namespaces, which must differ from those of other processes. */
  readonly tag: string
}

/** One operation of both versions, ready to be called alternately. */
export interface ReadyPair {
  readonly calls: Calls
  readonly close: () => Promise<void>
}

/** A failure and the version that it belongs to. */
class NamedFailure extends Error {
  readonly version: VersionName
  readonly failure: VersionFailure

  constructor(version: VersionName, failure: VersionFailure) {
    super(`${version}: ${failure.message}`)
    this.version = version
    this.failure = failure
  }
}

/** @throws NamedFailure if the step throws, or doesn't end. */
async function stepOfVersion<T>(
  version: VersionName,
  phase: Phase,
  step: () => Promise<T>,
): Promise<T> {
  try {
    return await stepOf(phase, step)
  } catch (error) {
    throw error instanceof VersionFailure ? new NamedFailure(version, error) : error
  }
}

/**
 * Imports both versions, in a freshly drawn order: the first may leave a trace in the process.
 * @throws NamedFailure
 */
export function importBoth(task: BothTask): Promise<Both<Connect>> {
  return forBoth((version) => stepOfVersion(version, 'import', () => importRegistry(task[version])))
}

/**
 * Connects both versions, in a freshly drawn order, and prepares an operation of each.
 * @param onConnected runs after each connection, before the next one.
 * @throws NamedFailure
 */
export async function openPair(
  operation: OperationName,
  connects: Both<Connect>,
  { redisUrl, natsUrls, tag }: BothTask,
  onConnected: (version: VersionName) => Promise<void> = async () => {},
): Promise<ReadyPair> {
  // Both names have the same length, so that no version has longer keys.
  const [ofBaseline, ofCandidate] = Math.random() < 0.5 ? ['m1', 'm2'] : ['m2', 'm1']
  const namespaces = {
    baseline: `gate-${ofBaseline}-${operation}-${tag}`,
    candidate: `gate-${ofCandidate}-${operation}-${tag}`,
  }
  const registries = await forBoth(async (version) => {
    const namespace = namespaces[version]
    const options = { redisUrl, natsUrls, namespace, onWarning: () => {} }
    const registry = await stepOfVersion(version, 'connect', () => connects[version](options))
    await onConnected(version)
    return registry
  })
  const ready = await forBoth((version) =>
    stepOfVersion(version, 'prepare', () => prepareOperation[operation](registries[version])),
  )
  const calls = {
    baseline: watched('baseline', ready.baseline.call),
    candidate: watched('candidate', ready.candidate.call),
  }
  await forBoth((version) => stepOfVersion(version, 'call', calls[version].call))
  const close = async () => {
    await forBoth((version) => leave(registries[version], ready[version].end))
  }
  return { calls, close }
}

let underWay: { readonly version: VersionName; readonly sinceMs: number } | null = null

/** Attributes a call that throws, or never ends, to its version. */
function watched(version: VersionName, call: () => Promise<number>): Calls[VersionName] {
  return {
    call: async () => {
      underWay = { version, sinceMs: performance.now() }
      try {
        return await call()
      } catch (error) {
        throw new NamedFailure(version, new VersionFailure('call', error))
      }
    },
  }
}

/** Leftovers on the servers expire. */
async function leave(registry: RegistryUnderTest, end: () => Promise<void>): Promise<void> {
  try {
    await end()
    await registry.clear()
    await registry.close()
  } catch {
    // The measurement is complete.
  }
}

/**
 * The main part of a process that measures both versions: sends its parent the result of `measure`,
 * or which version failed, and exits. It also exits when its parent does.
 */
export async function reportToParent(measure: () => Promise<object>): Promise<void> {
  process.once('disconnect', () => process.exit())
  // One timer for all calls: a timer per call would be part of the measurement.
  setInterval(() => {
    if (underWay === null || performance.now() - underWay.sinceMs < MAX_STEP_MS) return
    const error = `a call did not end within ${MAX_STEP_MS / 1_000} s`
    send({ kind: 'failed', version: underWay.version, phase: 'call', error })
  }, 1_000).unref()
  try {
    send(await measure())
  } catch (error) {
    // Anything else, such as an unhandled rejection, ends the process; its parent reads the reason.
    if (!(error instanceof NamedFailure)) throw error
    const { version, failure } = error
    send({ kind: 'failed', version, phase: failure.phase, error: failure.message })
  }
}

function send(message: object | FailedVersion): void {
  process.send?.(message, () => process.exit(0))
}
