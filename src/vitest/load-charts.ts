import type { LineChart } from '../report/html/chart.ts'
import { operationSection } from '../report/html/run/operation-section.ts'
import { chartsSvg } from '../report/svg/charts-svg.ts'
import type { ScenarioEntry } from '../run-file/run-file.ts'

/** An image of charts. */
export interface ChartsImage {
  readonly title: string
  readonly svg: string
}

/** Limits the height of an image; the report has all charts. */
const MAX_CHARTS = 12

/** The charts of a load's times in its report, as two images: times by second, and times by percentile. */
export function loadCharts(
  entry: Extract<ScenarioEntry, { state: 'measured' }>,
): readonly ChartsImage[] {
  const ofTimes = entry.result.operations
    .flatMap((operation) => operationSection(entry, operation, 'operation').charts)
    .filter((chart) => chart.kind === 'lines')
    .filter(({ y }) => 'unit' in y && y.unit === 'ms')
  return [
    imageOf('times by second', ofTimes, 'clock'),
    imageOf('times by percentile', ofTimes, 'nines'),
  ].filter((image) => image !== null)
}

function imageOf(
  title: string,
  charts: readonly LineChart[],
  scale: LineChart['x']['scale'],
): ChartsImage | null {
  const shown = charts.filter(({ x }) => x.scale === scale).slice(0, MAX_CHARTS)
  return shown.length === 0 ? null : { title, svg: chartsSvg(shown) }
}
