import type { DispatchOption } from '../../../src/load/dispatch/technique.ts'
import { findGenerator } from './generators/find-program.ts'
import type { FoundGenerator, Generator } from './generators/generator.ts'
import { ours } from './generators/ours/ours.ts'
import { PEERS } from './generators/peers.ts'
import type { JudgedLoad } from './judge/judged-load.ts'
import { runGenerator, type GeneratorRun } from './run-generator.ts'

const PEER_RATES_PER_SECOND = [100, 1_000, 10_000] as const
const OURS: readonly DispatchOption[] = ['auto', 'timer', 'hybrid']

/** Times common to all loads; they add up to whole seconds. */
const WARM_UP_MS = 1_000
const STALL_MS = 1_000
const RECOVERY_MS = 1_000

/** The generators to measure, and those not installed. */
export interface Contenders {
  readonly found: readonly FoundGenerator[]
  readonly missing: readonly Generator[]
}

/** One generator at one rate. */
export interface PeerRow {
  readonly contender: FoundGenerator
  readonly load: JudgedLoad
  readonly run: GeneratorRun
}

/**
 * Ours, and other generators found on the PATH or in node_modules.
 * @param path a list of folders, like `PATH`.
 */
export async function findContenders(path = process.env['PATH'] ?? ''): Promise<Contenders> {
  const looked = await Promise.all(
    PEERS.map(async (generator) => ({ generator, found: await findGenerator(generator, path) })),
  )
  return {
    found: [...OURS.map(ours), ...looked.flatMap(({ found }) => found ?? [])],
    missing: looked.flatMap(({ generator, found }) => (found === null ? [generator] : [])),
  }
}

/**
 * Measures one generator after another, all at one rate before the next.
 * @param steadyMs the duration of each judgement; whole seconds.
 * @param onProgress receives a line when a measurement begins.
 * @param signal ends the current run and all later ones.
 */
export async function measurePeers(
  contenders: readonly FoundGenerator[],
  steadyMs: number,
  onProgress: (line: string) => void,
  signal: AbortSignal,
): Promise<readonly PeerRow[]> {
  const rows: PeerRow[] = []
  const runs = contenders.length * PEER_RATES_PER_SECOND.length
  for (const ratePerSecond of PEER_RATES_PER_SECOND) {
    for (const contender of contenders) {
      if (signal.aborted) return rows
      const { generator } = contender
      onProgress(`${rows.length + 1} of ${runs}: ${generator.name}, ${ratePerSecond}/s`)
      const load = loadFor(generator, ratePerSecond, steadyMs)
      rows.push({ contender, load, run: await runGenerator(contender, load, signal) })
    }
  }
  return rows
}

function loadFor(generator: Generator, ratePerSecond: number, steadyMs: number): JudgedLoad {
  return {
    ratePerSecond,
    warmUpMs: generator.calibrationMs + WARM_UP_MS,
    steadyMs,
    stallMs: STALL_MS,
    recoveryMs: RECOVERY_MS,
  }
}
