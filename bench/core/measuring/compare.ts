import type { TestContext } from 'vitest'
import { type Figure, judgeFigure, renderFigures } from './figures.ts'
import { interleave, type Rounds, type Samples, type Contender } from './interleave.ts'
import type { Judged } from './outcome.ts'
import { benchmarkOf } from './benchmark-statistics.ts'

/** The contenders, and the bounds on ratios between them. */
export interface Comparison extends Rounds {
  readonly contenders: readonly Contender[]
  readonly figures: readonly Figure[]
}

/**
 * Measures a comparison. Each contender becomes a micro-benchmark of the test; the figures are printed with
 * them.
 * @returns the figures, judged.
 */
export async function compare(
  { annotate, bench }: Pick<TestContext, 'annotate' | 'bench'>,
  { contenders, figures, ...rounds }: Comparison,
): Promise<readonly Judged[]> {
  const samples = await interleave(contenders, rounds)
  await reportContenders(bench, samples)
  await annotate(`\n${renderFigures(figures, samples)}`)
  return figures.map((figure) => judgeFigure(figure, samples))
}

/** Makes each contender a micro-benchmark of the test. */
export async function reportContenders(
  bench: TestContext['bench'],
  samples: Samples,
): Promise<void> {
  const contenders = Array.from(samples, ([name, own]) => bench.from(name, () => benchmarkOf(own)))
  await bench.compare(...contenders)
}
