import { readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { backendSettings } from '../environment/settings.ts'
import { dispatchSetting } from '../load/dispatch/technique.ts'
import type { Generators } from '../run-file/run-file.ts'
import { RunRecord } from '../run-file/write/run-record.ts'
import { programBeside } from '../program-beside.ts'
import { LoadReporter } from '../vitest/load-reporter.ts'
import { openForOwn } from '../vitest/open-vitest.ts'
import type { ShardSettings } from '../vitest/shard-settings.ts'
import { endOnSignals } from './end-on-signals.ts'
import type { CommandEnd } from './run-command.ts'
import { specificationsOf } from './scenario-files.ts'
import type { LoadTestRun } from './loadtest-flags.ts'

const SCENARIO = fileURLToPath(programBeside('loadtest/command-line.load.ts', import.meta.url))

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
  const vitest = await openForOwn(dirname(SCENARIO), reporter)
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
