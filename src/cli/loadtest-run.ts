import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { createVitest } from 'vitest/node'
import { backendSettings } from '../environment/settings.ts'
import { dispatchSetting } from '../load/dispatch/technique.ts'
import type { Generators } from '../run-file/run-file.ts'
import { RunRecord } from '../run-file/write/run-record.ts'
import { LoadReporter } from '../vitest/load-reporter.ts'
import type { ShardSettings } from '../vitest/shard-settings.ts'
import { endOnSignals } from './end-on-signals.ts'
import type { CommandEnd } from './run-command.ts'
import { specificationsOf } from './scenario-files.ts'
import type { LoadTestRun } from './loadtest-flags.ts'

const PROJECT = resolve(import.meta.dirname, '../..')
const SCENARIOS = join(PROJECT, 'src/cli/loadtest')
const SCENARIO = join(SCENARIOS, 'command-line.load.ts')

/**
 * Makes the load that a command line describes, as `npm run bench` makes a scenario's.
 * @returns the exit code.
 * @throws EnvironmentError, InputError, ResultsFolderError
 */
export async function runLoadTest(run: LoadTestRun): Promise<CommandEnd> {
  const { parameters, share, folder, isJson, reportIntervalMs, isVerbose } = run
  // A list of processes shows arguments, in which there may be a password.
  process.title = 'prism-loadtest'
  Object.assign(process.env, environmentOf(run))
  backendSettings(process.env)
  dispatchSetting(process.env)
  const record = await RunRecord.open({
    folder,
    profile: 'command line',
    generators: generatorsOf(share),
  })
  const reporter = new LoadReporter(record, {
    out: isJson ? process.stderr : process.stdout,
    reportIntervalMs,
    isVerbose,
  })
  const vitest = await createVitest({
    root: PROJECT,
    watch: false,
    // Node reads the configuration as it is; bundling it would write into the project's folder.
    configLoader: 'native',
    project: ['load'],
    reporters: [reporter],
  })
  const interruption = endOnSignals(vitest)
  for (const project of vitest.projects) project.provide('loadTest', parameters)
  try {
    await vitest.standalone()
    await vitest.runTestSpecifications([...specificationsOf(vitest, [SCENARIO])], true)
  } finally {
    await vitest.close()
  }
  if (isJson && reporter.paths !== null) {
    process.stdout.write(readFileSync(reporter.paths.json, 'utf8'))
  }
  return interruption.exitCode ?? reporter.exitCode
}

/**
 * What the processes that make the load inherit. Whatever the environment says of scenarios is not
 * about this one.
 */
function environmentOf({ servers, share }: LoadTestRun): Readonly<Record<string, string>> {
  return {
    ...servers,
    BENCH_SCENARIOS: SCENARIOS,
    BENCH_PROFILE: '',
    BENCH_DURATION: '',
    BENCH_SHARD: share === null ? '' : `${share.share.index + 1}/${share.share.of}`,
    BENCH_START_AT: share === null ? '' : new Date(share.startAtMs).toISOString(),
    BENCH_NAMESPACE: share === null ? '' : share.namespace,
  }
}

function generatorsOf(share: ShardSettings | null): Generators {
  if (share === null) return { kind: 'one' }
  const { index, of } = share.share
  const startAt = new Date(share.startAtMs).toISOString()
  return { kind: 'shard', shard: index + 1, of, startAt, namespace: share.namespace }
}
