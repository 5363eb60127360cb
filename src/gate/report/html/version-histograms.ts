import { join } from 'node:path'
import type { Histogram } from 'hdr-histogram-js'
import { newTimeHistogram } from '../../../load/recording/histogram.ts'
import { deserializeHistogram } from '../../../run-file/json/histogram-json.ts'
import { runPathsIn } from '../../../run-file/read/find-run.ts'
import { readRunFile, RunFileError } from '../../../run-file/read/read-run-file.ts'
import { RELEASED_NAMES, type Both } from '../../versions/both.ts'

/** The service times of one operation in all rounds, by version. */
export interface OperationTimes {
  readonly scenario: string
  readonly operation: string
  readonly service: Both<Histogram>
}

/**
 * Adds up the rounds' service times from their run files, except of measurements that are invalid. A run
 * file that can't be read is left out, because charts decide nothing.
 * @param runs the folder of a gate's run files.
 * @returns operations that both versions measured.
 */
export async function versionHistograms(runs: string): Promise<readonly OperationTimes[]> {
  const [baseline, candidate] = [
    await timesIn(join(runs, RELEASED_NAMES.baseline)),
    await timesIn(join(runs, RELEASED_NAMES.candidate)),
  ]
  return [...baseline].flatMap(([key, { scenario, operation, service }]) => {
    const other = candidate.get(key)
    if (other === undefined) return []
    return [{ scenario, operation, service: { baseline: service, candidate: other.service } }]
  })
}

interface Times {
  readonly scenario: string
  readonly operation: string
  readonly service: Histogram
}

async function timesIn(folder: string): Promise<ReadonlyMap<string, Times>> {
  const times = new Map<string, Times>()
  for (const path of runPathsIn(folder).toReversed()) {
    for (const { scenario, operation, service } of await timesOfRun(path)) {
      const key = JSON.stringify([scenario, operation])
      const sum = times.get(key) ?? { scenario, operation, service: newTimeHistogram() }
      sum.service.add(service)
      times.set(key, sum)
    }
  }
  return times
}

async function timesOfRun(path: string): Promise<readonly Times[]> {
  try {
    const { scenarios } = await readRunFile(path)
    return scenarios.flatMap((scenario) =>
      scenario.state !== 'measured' || scenario.verdict.kind === 'invalid'
        ? []
        : scenario.result.operations.map(({ name, service }) => ({
            scenario: scenario.name,
            operation: name,
            service: deserializeHistogram(service),
          })),
    )
  } catch (error) {
    if (error instanceof RunFileError) return []
    throw error
  }
}
