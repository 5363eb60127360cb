import { formatChange, formatPercent } from '../../format.ts'
import { renderTable } from '../../report/terminal/table.ts'
import { ratioInterval } from '../../stats/ratio-interval.ts'
import {
  AFTER,
  BEFORE,
  NEAR,
  PAGE,
  RUNS,
  simulateFlat,
  simulateSteps,
  type FlatFigures,
  type StepFigures,
} from './simulate.ts'
import type { Noise } from './simulated-runs.ts'

/** The results of `npm run trend -- --simulate`. */
export interface Simulation {
  readonly flat: readonly (FlatFigures & { readonly noise: Noise })[]
  readonly steps: readonly (StepFigures & { readonly noise: Noise; readonly step: number })[]
}

const AUTOCORRELATIONS = [0, 0.3, 0.6] as const
const STEPS = [0.05, 0.1, 0.2, -0.1] as const
const NOISES = [0.03, 0.05, 0.1] as const
/** Detections are more frequent than false alarms, so fewer series suffice. */
const STEP_SERIES = 200

/** @param series the number of flat series per kind of noise. */
export function simulateTrends(series: number, seed: number): Simulation {
  const kinds = AUTOCORRELATIONS.flatMap((autocorrelation): readonly Noise[] => {
    const normal: Noise = { relative: 0.05, autocorrelation, tails: 'normal', shared: null }
    return [normal, { ...normal, tails: 'heavy' }, { ...normal, shared: 0.9 }]
  })
  const stepped = AUTOCORRELATIONS.flatMap((autocorrelation) =>
    STEPS.flatMap((step) =>
      NOISES.map((relative) => {
        const noise: Noise = { relative, autocorrelation, tails: 'normal', shared: null }
        return { noise, step }
      }),
    ),
  )
  const seriesPerStep = Math.min(series, STEP_SERIES)
  return {
    flat: kinds.map((noise) => ({ noise, ...simulateFlat(noise, series, seed) })),
    steps: stepped.map((of) => ({
      ...of,
      ...simulateSteps(of.noise, of.step, seriesPerStep, seed),
    })),
  }
}

/** Both tables, at most 80 columns wide. */
export function renderSimulation({ flat, steps }: Simulation, seed: number): string {
  const [firstFlat, firstSteps] = [flat[0], steps[0]]
  if (firstFlat === undefined || firstSteps === undefined) return ''
  return `False alarms, random seed ${seed}: flat series, examined after each of ${RUNS} runs
A page has ${PAGE} independent series; series of one load share alarms.

${flatTable(flat)}

Detection: ${firstSteps.series} series each, ${BEFORE} runs before the step and ${AFTER} from it on
Cells: found / median runs until reported / located within ${NEAR} runs of the step

${stepTable(steps)}`
}

function flatTable(flat: Simulation['flat']): string {
  return renderTable(
    [
      { heading: 'φ', align: 'left' },
      { heading: 'noise', align: 'left' },
      { heading: 'alarmed ever', align: 'right' },
      { heading: '95 % interval', align: 'right' },
      { heading: 'pages', align: 'right' },
    ],
    flat.map(({ noise, alarmed, series, pages, pagesAlarmed }) => {
      const { lower, upper } = ratioInterval(alarmed, series)
      return [
        noise.autocorrelation.toFixed(1),
        `${noise.tails}${noise.shared === null ? '' : ', ÷ reference'}`,
        `${alarmed} of ${series}`,
        `${formatPercent(lower, 2)} – ${formatPercent(upper, 2)}`,
        pages === 0 ? '' : `${pagesAlarmed} of ${pages}: ${formatPercent(pagesAlarmed / pages, 1)}`,
      ]
    }),
  )
}

function stepTable(steps: Simulation['steps']): string {
  const rows = [...Map.groupBy(steps, ({ noise, step }) => `${noise.autocorrelation} ${step}`)]
  return renderTable(
    [
      { heading: 'φ', align: 'left' },
      { heading: 'step', align: 'right' },
      ...NOISES.map((noise) => ({ heading: `noise ${noise * 100} %`, align: 'right' }) as const),
    ],
    rows.map(([, cells]) => [
      cells[0]?.noise.autocorrelation.toFixed(1) ?? '',
      formatChange(cells[0]?.step ?? 0, (size) => formatPercent(size, 0)),
      ...cells.map(({ found, series, medianDelay, near }) =>
        [
          formatPercent(found / series, 0),
          medianDelay ?? '–',
          found === 0 ? '–' : formatPercent(near / found, 0),
        ].join(' / '),
      ),
    ]),
  )
}
