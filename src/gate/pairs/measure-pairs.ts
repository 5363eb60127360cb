import v8 from 'node:v8'
import { setTimeout as sleep } from 'node:timers/promises'
import { medianOf } from '../../stats/quantile.ts'
import { callBoth, inDrawnOrder, type Calls } from '../operations/call-both.ts'
import type { Both, VersionName } from '../versions/both.ts'
import type { PairEstimate } from './pair-estimate.ts'

/**
 * Calls both versions alternately, in pairs of single calls.
 *
 * The estimate is the median over pairs of ln(candidate / baseline). The two calls of a pair run on the
 * machine in the same state, so on busy cores the estimate scatters less than half as much as a ratio of
 * medians, per window or overall.
 */
export async function measureLatency(
  calls: Calls,
  { warmUpMs, pairsMs }: { readonly warmUpMs: number; readonly pairsMs: number },
): Promise<PairEstimate['latency']> {
  const warmUpEnd = performance.now() + warmUpMs
  while (performance.now() < warmUpEnd) await callBoth(calls)
  const baseline: number[] = []
  const candidate: number[] = []
  const isEnough = stretch(pairsMs, MIN_PAIRS)
  do {
    const pair = await callBoth(calls)
    baseline.push(pair.baseline)
    candidate.push(pair.candidate)
  } while (!isEnough(baseline.length))
  return {
    baseline: medianOf(baseline),
    candidate: medianOf(candidate),
    logRatio: medianOf(
      baseline.map((baselineMs, i) => Math.log((candidate[i] ?? baselineMs) / baselineMs)),
    ),
    differenceUs: medianOf(
      baseline.map((baselineMs, i) => ((candidate[i] ?? baselineMs) - baselineMs) * 1_000),
    ),
    pairs: baseline.length,
  }
}

/** The largest multiple of the planned time that a busy machine or slow version may take. */
const MAX_STRETCH = 3
const MIN_PAIRS = 500
const MIN_BLOCK_PAIRS = 40

/** Tells when a stretch is over: after its time, extended up to threefold until it has `minCount` values. */
function stretch(durationMs: number, minCount: number): (count: number) => boolean {
  const startedAt = performance.now()
  return (count) => {
    const elapsedMs = performance.now() - startedAt
    return elapsedMs >= (count >= minCount ? durationMs : MAX_STRETCH * durationMs)
  }
}

/**
 * CPU time per call: the median over pairs of short blocks of ln(candidate / baseline). Blocks of 5 ms are
 * so close together that both run on the machine in the same state; the ratio scatters a fifth as much as
 * with blocks of 60 ms. Work deferred to a later turn of the event loop ends within its block; garbage
 * collections are outliers, and show in the allocation.
 */
export async function measureCpu(
  calls: Calls,
  { cpuMs, callMs }: { readonly cpuMs: number; readonly callMs: number },
): Promise<PairEstimate['cpu']> {
  const size = Math.max(MIN_CALLS, blockSize(SHORT_BLOCK_MS, callMs))
  const times = await inBlocks(stretch(cpuMs, MIN_BLOCK_PAIRS), async (version) => {
    const before = process.cpuUsage()
    for (let i = 0; i < size; i += 1) await calls[version].call()
    return cpuUsSince(before) / size
  })
  return changeOf(times)
}

const SHORT_BLOCK_MS = 5
/** The deferred work of a block's last call falls into the next block: at most a twentieth. */
const MIN_CALLS = 20

/** Work deferred by up to about this long counts towards the block that caused it. */
const LONG_BLOCK_MS = 100
const DRAIN_MS = 20
/** The number of calls per reading of allocation: few, so that garbage is seldom collected in between. */
const STRETCH_CALLS = 10

/**
 * Measures in long blocks, each followed by a pause: CPU time per call including work deferred by timers,
 * which a short block would leave to the other version, and allocation per call.
 */
export async function measureDeferred(
  calls: Calls,
  { deferredMs, callMs }: { readonly deferredMs: number; readonly callMs: number },
): Promise<Pick<PairEstimate, 'cpuWithDeferred' | 'allocated'>> {
  const size = blockSize(LONG_BLOCK_MS, callMs)
  const allocated: Both<number[]> = { baseline: [], candidate: [] }
  const times = await inBlocks(stretch(deferredMs, 1), async (version) => {
    const before = process.cpuUsage()
    for (let done = 0; done < size; done += STRETCH_CALLS) {
      const length = Math.min(STRETCH_CALLS, size - done)
      const heapBefore = usedHeapBytes()
      for (let i = 0; i < length; i += 1) await calls[version].call()
      const grown = usedHeapBytes() - heapBefore
      // The heap shrinks when garbage is collected.
      if (grown > 0) allocated[version].push(grown / length)
    }
    await sleep(DRAIN_MS)
    return cpuUsSince(before) / size
  })
  const medians = {
    baseline: medianOf(allocated.baseline),
    candidate: medianOf(allocated.candidate),
  }
  const isKnown = medians.baseline > 0 && medians.candidate > 0
  return {
    cpuWithDeferred: changeOf(times),
    allocated: isKnown
      ? { ...medians, logRatio: Math.log(medians.candidate / medians.baseline) }
      : null,
  }
}

/** Measures at least one pair of blocks, drawing the order per pair. */
async function inBlocks(
  isEnough: (count: number) => boolean,
  block: (version: VersionName) => Promise<number>,
): Promise<Both<readonly number[]>> {
  const values: Both<number[]> = { baseline: [], candidate: [] }
  do {
    for (const version of inDrawnOrder()) values[version].push(await block(version))
  } while (!isEnough(values.baseline.length))
  return values
}

function blockSize(blockMs: number, callMs: number): number {
  return Math.max(1, Math.round(blockMs / callMs))
}

/** `null` if a version takes less time than the clock resolves. */
function changeOf({ baseline, candidate }: Both<readonly number[]>): PairEstimate['cpu'] {
  const logRatios = baseline.map((value, i) => Math.log((candidate[i] ?? value) / value))
  const medians = { baseline: medianOf(baseline), candidate: medianOf(candidate) }
  const isKnown = medians.baseline > 0 && medians.candidate > 0
  return isKnown ? { ...medians, logRatio: medianOf(logRatios.filter(Number.isFinite)) } : null
}

function cpuUsSince(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before)
  return user + system
}

function usedHeapBytes(): number {
  return v8.getHeapStatistics().used_heap_size
}

/** CPU time of this idle process over `idleMs`, in ms per s. */
export async function measureIdleCpu(idleMs: number): Promise<number> {
  const startedAt = performance.now()
  const before = process.cpuUsage()
  await sleep(idleMs)
  return cpuUsSince(before) / (performance.now() - startedAt)
}
