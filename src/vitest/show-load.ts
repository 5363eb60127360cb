import { stripVTControlCharacters } from 'node:util'
import type { RunnerTestCase, TestContext } from 'vitest'
import { formatSeconds } from '../format.ts'
import { printable } from '../printable.ts'
import { runSentence } from '../report/run-sentence.ts'
import { renderReport } from '../report/terminal/scenario.ts'
import { printableRun, redactedRun } from '../run-file/printable-run.ts'
import type { ScenarioEntry } from '../run-file/run-file.ts'
import type { MeasuredLoad } from './scenario-artifact.ts'

type Measured = Extract<ScenarioEntry, { state: 'measured' }>

declare module 'vitest' {
  interface TaskMeta {
    /** The reports of the test's loads, as text. */
    report?: string
  }
}

/**
 * Shows the loads of an ended test in Vitest's UI and its HTML report: each as a sentence and charts, and all as
 * text. Vitest shows a test's metadata below its annotations.
 */
export async function showLoads(
  task: RunnerTestCase,
  annotate: TestContext['annotate'],
  loads: readonly MeasuredLoad[],
): Promise<void> {
  const entries = loads.map((load): Measured => ({
    ...load,
    state: 'measured',
    name: task.name,
    file: '',
    testStatus: 'passed',
    error: null,
  }))
  await asRunning(task, async () => {
    for (const [index, entry] of entries.entries()) await showLoad(entry, index, annotate)
  })
  task.meta.report = entries
    .map((entry) => stripVTControlCharacters(renderReport(printableRun(redactedRun(entry)))))
    .join('\n\n')
}

async function showLoad(
  entry: Measured,
  index: number,
  annotate: TestContext['annotate'],
): Promise<void> {
  // Loaded when everything is measured: it would take time and memory from the load.
  const { loadCharts } = await import('./load-charts.ts')
  const { arrivals, measuredMs } = entry.result
  const { text } = runSentence({
    scenarios: [entry],
    status: 'complete',
    microBenchmarks: [],
    capacities: [],
  })
  // The UI shows annotations of one type and message only once.
  const number = index === 0 ? '' : ` (load ${index + 1})`
  const load = `${arrivals} for ${formatSeconds(measuredMs)}${number}`
  await annotate(printable(`${text} Load: ${load}`), 'verdict')
  for (const { title, svg } of loadCharts(entry)) {
    await annotate(printable(`${title}: ${load}`), 'chart', {
      contentType: 'image/svg+xml',
      body: svg,
      bodyEncoding: 'utf-8',
    })
  }
}

/**
 * Annotates an ended test. All bounds of a test are known only at its end, but Vitest refuses annotations of a test
 * that doesn't run. Reporters are told of the end only after this, so they see no other state than before.
 */
async function asRunning(task: RunnerTestCase, annotated: () => Promise<void>): Promise<void> {
  const { result } = task
  if (result === undefined) return
  const { state } = result
  result.state = 'run'
  try {
    await annotated()
  } finally {
    result.state = state
  }
}
