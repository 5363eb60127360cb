import type { TestContext } from 'vitest'
import { type Figure, judgeFigure, renderFigures } from './figures.ts'
import { interleave, type Rounds, type Samples, type Side } from './interleave.ts'
import type { Judged } from './outcome.ts'
import { benchmarkOf } from './benchmark-statistics.ts'

/** What is measured against each other, and which of the ratios have something to reach. */
export interface Comparison extends Rounds {
  readonly sides: readonly Side[]
  readonly figures: readonly Figure[]
}

/**
 * Measures a comparison. Each side becomes a micro-benchmark of the test; the figures are printed with
 * them.
 * @returns the figures, judged.
 */
export async function compare(
  { annotate, bench }: Pick<TestContext, 'annotate' | 'bench'>,
  { sides, figures, ...rounds }: Comparison,
): Promise<readonly Judged[]> {
  const samples = await interleave(sides, rounds)
  await reportSides(bench, samples)
  await annotate(`\n${renderFigures(figures, samples)}`)
  return figures.map((figure) => judgeFigure(figure, samples))
}

/** Makes each side a micro-benchmark of the test. */
export async function reportSides(bench: TestContext['bench'], samples: Samples): Promise<void> {
  const sides = Array.from(samples, ([name, own]) => bench.from(name, () => benchmarkOf(own)))
  await bench.compare(...sides)
}
