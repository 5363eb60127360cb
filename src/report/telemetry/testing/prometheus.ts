import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { freePort } from '../../../environment/free-port.ts'
import { GuardedFolder } from '../../../environment/guard.ts'
import { findProgram } from '../../../environment/programs.ts'

const START_MS = 30_000

/** A series that Prometheus has, with its samples in order of time. */
export interface Series {
  readonly labels: Readonly<Record<string, string>>
  readonly values: readonly number[]
}

/** A Prometheus of its own, which ends with the process that started it. */
export interface Prometheus {
  readonly url: string
  /** Every sample of the series of a selector, such as `{__name__=~"loadtest_.+"}`. */
  samples(selector: string): Promise<readonly Series[]>
  stop(): Promise<void>
}

/** Whether Prometheus is installed. */
export const hasPrometheus = findProgram('prometheus') !== undefined

/**
 * Starts Prometheus, and waits until it asks the target for metrics every 2 s: by itself, that takes 10 s.
 * @param target such as `127.0.0.1:9464`; it may start later.
 * @throws Error if it doesn't start.
 */
export async function startPrometheus(target: string): Promise<Prometheus> {
  const path = findProgram('prometheus')
  if (path === undefined) throw new Error('prometheus is not on the PATH')
  const folder = await GuardedFolder.open()
  const file = join(folder.path, 'prometheus.yml')
  const jobs = [{ job_name: 'load tests', static_configs: [{ targets: [target] }] }]
  // On a busy machine, an answer may take a second.
  const global = { scrape_interval: '2s', scrape_timeout: '2s' }
  // JSON is YAML, too.
  await writeFile(file, JSON.stringify({ global, scrape_configs: jobs }))
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const flags = {
    'config.file': file,
    'storage.tsdb.path': join(folder.path, 'data'),
    'web.listen-address': `127.0.0.1:${port}`,
  }
  const args = Object.entries(flags).map(([name, value]) => `--${name}=${value}`)
  const readyText = 'Server is ready to receive web requests'
  const started = await folder.start({ path, args, readyText, timeoutMs: START_MS })
  if (started.state === 'failed') {
    await folder.remove()
    throw new Error(`prometheus did not start:\n${started.output}`)
  }
  const prometheus: Prometheus = {
    url,
    samples: (selector) => samplesOf(url, `${selector}[1h]`),
    stop: () => folder.remove(),
  }
  const deadline = performance.now() + START_MS
  while ((await prometheus.samples('up')).length === 0) {
    if (performance.now() > deadline) {
      await folder.remove()
      throw new Error('prometheus did not begin to scrape')
    }
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
  return prometheus
}

interface Answer {
  readonly data: {
    readonly result: readonly {
      readonly metric: Readonly<Record<string, string>>
      readonly values: readonly (readonly [unixS: number, value: string])[]
    }[]
  }
}

/** Asks the query API: https://prometheus.io/docs/prometheus/latest/querying/api/ */
async function samplesOf(url: string, query: string): Promise<readonly Series[]> {
  const response = await fetch(`${url}/api/v1/query?${new URLSearchParams({ query })}`)
  if (!response.ok) throw new Error(`prometheus: ${query}: ${await response.text()}`)
  const { data } = (await response.json()) as Answer
  return data.result.map(({ metric, values }) => ({
    labels: metric,
    values: values.map(([, value]) => Number(value)),
  }))
}
