import v8 from 'node:v8'
import { setTimeout as sleep } from 'node:timers/promises'
import { medianOf } from '../../stats/quantile.ts'
import type { ReadyOperation } from '../operations/operations.ts'
import type { ArmName } from '../versions/arm.ts'
import type { PairEstimate } from './pair-estimate.ts'

/** The same for both versions. */
export type Both<T> = Readonly<Record<ArmName, T>>

/** Both versions in an order drawn anew. */
export function inDrawnOrder(): readonly [ArmName, ArmName] {
  return Math.random() < 0.5 ? ['base', 'head'] : ['head', 'base']
}

/** An operation of both versions, to be called in turns. */
export type Calls = Both<Pick<ReadyOperation, 'call'>>

/**
 * Calls each version once, in an order drawn anew, so that no garbage collection, timer or neighbour
 * keeps step with one version.
 * @returns how long the baseline's call took, and the candidate's, in ms.
 */
export async function callBoth(calls: Calls): Promise<readonly [number, number]> {
  const [first, second] = inDrawnOrder()
  const firstMs = await calls[first].call()
  const secondMs = await calls[second].call()
  return first === 'base' ? [firstMs, secondMs] : [secondMs, firstMs]
}

/**
 * Calls both versions in turns, in pairs of single calls.
 *
 * The estimate is the median over the pairs of ln(head / base). The two calls of a pair meet the
 * same state of the machine, so on busy cores it scatters less than half as much as the ratio of
 * medians, of windows or of all calls.
 */
export async function measureLatency(
  calls: Calls,
  { warmUpMs, pairsMs }: { readonly warmUpMs: number; readonly pairsMs: number },
): Promise<PairEstimate['latency']> {
  const warmUpEnd = performance.now() + warmUpMs
  while (performance.now() < warmUpEnd) await callBoth(calls)
  const base: number[] = []
  const head: number[] = []
  const isEnough = stretch(pairsMs, MIN_PAIRS)
  do {
    const [baseMs, headMs] = await callBoth(calls)
    base.push(baseMs)
    head.push(headMs)
  } while (!isEnough(base.length))
  return {
    base: medianOf(base),
    head: medianOf(head),
    logRatio: medianOf(base.map((baseMs, i) => Math.log((head[i] ?? baseMs) / baseMs))),
    differenceUs: medianOf(base.map((baseMs, i) => ((head[i] ?? baseMs) - baseMs) * 1_000)),
    pairs: base.length,
  }
}

/** What a busy machine, or a slow version, may add to the time planned. */
const MAX_STRETCH = 3
const MIN_PAIRS = 500
const MIN_BLOCK_PAIRS = 40

/** Tells when a stretch is over: after its time, or once there are `least` values, up to three times as late. */
function stretch(durationMs: number, least: number): (count: number) => boolean {
  const startedAt = performance.now()
  return (count) => {
    const elapsedMs = performance.now() - startedAt
    return elapsedMs >= (count >= least ? durationMs : MAX_STRETCH * durationMs)
  }
}

/**
 * CPU time per call: the median over pairs of short blocks of ln(head / base). Blocks of 5 ms lie
 * so close together that both meet the same state of the machine; the ratio scatters a fifth as much
 * as that of blocks of 60 ms. Work put off to a later turn of the event loop ends within its block;
 * garbage collections are outliers, and show in what is allocated.
 */
export async function measureCpu(
  calls: Calls,
  { cpuMs, callMs }: { readonly cpuMs: number; readonly callMs: number },
): Promise<PairEstimate['cpu']> {
  const size = Math.max(MIN_CALLS, blockSize(SHORT_BLOCK_MS, callMs))
  const times = await inBlocks(stretch(cpuMs, MIN_BLOCK_PAIRS), async (arm) => {
    const before = process.cpuUsage()
    for (let i = 0; i < size; i += 1) await calls[arm].call()
    return cpuUsSince(before) / size
  })
  return changeOf(times)
}

const SHORT_BLOCK_MS = 5
/** Of what a block puts off, its last call's share falls to the next block: a twentieth at most. */
const MIN_CALLS = 20

/** Work put off by up to about this long is counted with the block that caused it. */
const LONG_BLOCK_MS = 100
const DRAIN_MS = 20
/** A stretch whose allocation is read has so few calls that garbage is seldom collected in it. */
const STRETCH_CALLS = 10

/**
 * By long blocks with a pause after each: CPU time per call with work that a timer puts off, which a
 * short block leaves to the other version; and allocation per call.
 */
export async function measureDeferred(
  calls: Calls,
  { deferredMs, callMs }: { readonly deferredMs: number; readonly callMs: number },
): Promise<Pick<PairEstimate, 'cpuWithDeferred' | 'allocated'>> {
  const size = blockSize(LONG_BLOCK_MS, callMs)
  const allocated: Both<number[]> = { base: [], head: [] }
  const times = await inBlocks(stretch(deferredMs, 1), async (arm) => {
    const before = process.cpuUsage()
    for (let done = 0; done < size; done += STRETCH_CALLS) {
      const length = Math.min(STRETCH_CALLS, size - done)
      const heapBefore = usedHeapBytes()
      for (let i = 0; i < length; i += 1) await calls[arm].call()
      const grown = usedHeapBytes() - heapBefore
      // The heap shrinks where garbage was collected.
      if (grown > 0) allocated[arm].push(grown / length)
    }
    await sleep(DRAIN_MS)
    return cpuUsSince(before) / size
  })
  const medians = { base: medianOf(allocated.base), head: medianOf(allocated.head) }
  const isKnown = medians.base > 0 && medians.head > 0
  return {
    cpuWithDeferred: changeOf(times),
    allocated: isKnown ? { ...medians, logRatio: Math.log(medians.head / medians.base) } : null,
  }
}

/** Pairs of blocks, in an order drawn per pair: at least one. */
async function inBlocks(
  isEnough: (count: number) => boolean,
  block: (arm: ArmName) => Promise<number>,
): Promise<Both<readonly number[]>> {
  const values: Both<number[]> = { base: [], head: [] }
  do {
    for (const arm of inDrawnOrder()) values[arm].push(await block(arm))
  } while (!isEnough(values.base.length))
  return values
}

function blockSize(blockMs: number, callMs: number): number {
  return Math.max(1, Math.round(blockMs / callMs))
}

/** `null` where a version takes no time that the clock could tell. */
function changeOf({ base, head }: Both<readonly number[]>): PairEstimate['cpu'] {
  const logRatios = base.map((value, i) => Math.log((head[i] ?? value) / value))
  const medians = { base: medianOf(base), head: medianOf(head) }
  const isKnown = medians.base > 0 && medians.head > 0
  return isKnown ? { ...medians, logRatio: medianOf(logRatios.filter(Number.isFinite)) } : null
}

function cpuUsSince(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before)
  return user + system
}

function usedHeapBytes(): number {
  return v8.getHeapStatistics().used_heap_size
}

/** CPU time of this process, in ms per s, while nothing is asked of it for `idleMs`. */
export async function measureIdleCpu(idleMs: number): Promise<number> {
  const startedAt = performance.now()
  const before = process.cpuUsage()
  await sleep(idleMs)
  return cpuUsSince(before) / (performance.now() - startedAt)
}
