import v8 from 'node:v8'
import { setTimeout as sleep } from 'node:timers/promises'
import { medianOf } from '../../load/trend.ts'
import type { ReadyOperation } from '../operations/operations.ts'
import type { PairEstimate } from './pair-estimate.ts'

/** The same for both versions. */
export interface Both<T> {
  readonly base: T
  readonly head: T
}

export type ArmName = keyof Both<unknown>

/** Both versions in an order drawn anew. */
export function inDrawnOrder(): readonly [ArmName, ArmName] {
  return Math.random() < 0.5 ? ['base', 'head'] : ['head', 'base']
}

type Calls = Both<Pick<ReadyOperation, 'call'>>

/**
 * Calls both versions in turns, the order drawn per pair of single calls, so that no garbage
 * collection, timer or neighbour keeps step with one version.
 *
 * The estimate is the median over windows of 100 pairs of ln(median of head / median of base): a
 * window is short against the machine's drift, and a disturbed window is an outlier.
 */
export async function measureLatency(
  calls: Calls,
  { warmUpMs, pairsMs }: { readonly warmUpMs: number; readonly pairsMs: number },
): Promise<PairEstimate['latency']> {
  const startedAt = performance.now()
  const times: Both<number[]> = { base: [], head: [] }
  for (;;) {
    const elapsedMs = performance.now() - startedAt
    if (elapsedMs >= warmUpMs + pairsMs && times.base.length > 0) break
    const [first, second] = inDrawnOrder()
    const firstMs = await calls[first].call()
    const secondMs = await calls[second].call()
    if (elapsedMs < warmUpMs) continue
    times[first].push(firstMs)
    times[second].push(secondMs)
  }
  return summarise(times)
}

/** Windows of a process that makes few calls are shorter, so that there are several. */
const WINDOW_PAIRS = 100
const LEAST_WINDOWS = 10

function summarise({ base, head }: Both<readonly number[]>): PairEstimate['latency'] {
  const pairs = base.length
  const size = Math.max(1, Math.min(WINDOW_PAIRS, Math.floor(pairs / LEAST_WINDOWS)))
  const logRatios: number[] = []
  const differences: number[] = []
  for (let start = 0; start + size <= pairs; start += size) {
    const b = medianOf(base.slice(start, start + size))
    const h = medianOf(head.slice(start, start + size))
    logRatios.push(Math.log(h / b))
    differences.push((h - b) * 1_000)
  }
  return {
    base: medianOf(base),
    head: medianOf(head),
    logRatio: medianOf(logRatios),
    differenceUs: medianOf(differences),
    pairs,
  }
}

/**
 * CPU time per call: the median over pairs of short blocks of ln(head / base). Blocks of 10 ms lie
 * close together in time, so both have the core in the same state; the ratio scatters a third as much
 * as that of blocks of 60 ms. Work put off to a later turn of the event loop ends within its block;
 * garbage collections are outliers, and are seen by what is allocated.
 */
export async function measureCpu(
  calls: Calls,
  { cpuMs, callMs }: { readonly cpuMs: number; readonly callMs: number },
): Promise<PairEstimate['cpu']> {
  const size = blockSize(SHORT_BLOCK_MS, callMs)
  const times = await inBlocks(cpuMs, async (arm) => {
    const before = process.cpuUsage()
    for (let i = 0; i < size; i += 1) await calls[arm].call()
    return cpuUsSince(before) / size
  })
  return changeOf(times)
}

const SHORT_BLOCK_MS = 10

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
  const times = await inBlocks(deferredMs, async (arm) => {
    const before = process.cpuUsage()
    for (let done = 0; done < size; done += STRETCH_CALLS) {
      const stretch = Math.min(STRETCH_CALLS, size - done)
      const heapBefore = usedHeapBytes()
      for (let i = 0; i < stretch; i += 1) await calls[arm].call()
      const grown = usedHeapBytes() - heapBefore
      // The heap shrinks where garbage was collected.
      if (grown > 0) allocated[arm].push(grown / stretch)
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
  durationMs: number,
  block: (arm: ArmName) => Promise<number>,
): Promise<Both<readonly number[]>> {
  const endMs = performance.now() + durationMs
  const values: Both<number[]> = { base: [], head: [] }
  do {
    for (const arm of inDrawnOrder()) values[arm].push(await block(arm))
  } while (performance.now() < endMs)
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
