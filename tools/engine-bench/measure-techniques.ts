import { shuffled } from '../../src/stats/random.ts'
import { TECHNIQUES } from '../../src/load/dispatch/technique.ts'
import type { EngineRow } from './engine-table.ts'
import { measureEngine, sumOfRounds, type EngineFigures } from './measure-engine.ts'
import type { EngineTarget } from './target.ts'

const RATES_PER_SECOND = [100, 1_000, 10_000, 50_000]
const GENERATORS = [1, 2]

const LOADS = GENERATORS.flatMap((generators) =>
  RATES_PER_SECOND.flatMap((ratePerSecond) =>
    TECHNIQUES.map((technique) => ({ generators, ratePerSecond, technique })),
  ),
)

/** The loads of one round and target. */
export const LOADS_PER_ROUND = LOADS.length

/**
 * Measures each technique at each rate, in rounds: each round runs all techniques in a freshly drawn
 * order, so that other work on the machine disturbs all alike.
 * @param durationMs the duration of each load in each round.
 * @param onLoad called before each load.
 */
export async function measureTechniques(
  target: EngineTarget,
  durationMs: number,
  rounds: number,
  onLoad: () => void,
): Promise<readonly EngineRow[]> {
  const measured = LOADS.map((load) => ({ ...load, rounds: [] as EngineFigures[] }))
  for (let round = 0; round < rounds; round++) {
    for (const { technique, ratePerSecond, generators, rounds: figures } of shuffled(measured)) {
      onLoad()
      const load = { technique, ratePerSecond, durationMs, target }
      figures.push(await measureEngine(load, generators))
    }
  }
  return measured.map(({ rounds: figures, ...load }) => ({ ...load, ...sumOfRounds(figures) }))
}
