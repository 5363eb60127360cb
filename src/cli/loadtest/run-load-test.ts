import { readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { backendSettings } from '../../environment/settings.ts'
import { dispatchSetting } from '../../load/dispatch/technique.ts'
import { RunPageWriter } from '../../report/html/write-run-page.ts'
import { RunRecord } from '../../run-file/write/run-record.ts'
import { programBeside } from '../../program-beside.ts'
import { LoadReporter } from '../../vitest/load-reporter.ts'
import { openForOwn } from '../../vitest/open-vitest.ts'
import { runFiles } from '../../vitest/run/run-files.ts'
import { FailureNotice } from '../../vitest/barrier/failure-notice.ts'
import { joinShards } from '../../vitest/barrier/meet.ts'
import { checkStart, generatorsOf } from '../../vitest/shard-settings.ts'
import type { CommandEnd } from '../../process/run-command.ts'
import { EXIT } from '../../exit-code.ts'
import { requireTracing } from '../../traces/start-tracing.ts'
import { openListeners } from '../run-listeners.ts'
import type { LoadTestRun } from './read-flags.ts'

const PROFILE = 'command line'

const SCENARIO = fileURLToPath(programBeside('command-line.load.ts', import.meta.url))

/**
 * Makes the load that a command line describes, as `bench` makes a scenario's.
 * @returns the exit code.
 * @throws EnvironmentError, InputError, ResultsFolderError
 */
export async function runLoadTest(run: LoadTestRun): Promise<CommandEnd> {
  const { parameters, meeting, folder, isJson, reportIntervalMs, isVerbose } = run
  // A list of processes shows arguments, in which there may be a password.
  process.title = 'prism-loadtest'
  Object.assign(process.env, environmentOf(run))
  backendSettings(process.env)
  dispatchSetting(process.env)
  if (run.traceEnv.BENCH_TRACES !== '') await requireTracing()
  const { workload, durationMs } = parameters
  const plan = { scenario: `loadtest ${workload.kind}`, profile: PROFILE, durationMs }
  const say = (text: string) => void process.stderr.write(text)
  const shard = await joinShards(meeting, plan, process.env, say)
  if (shard !== null) checkStart(shard)
  const followed = await openListeners(run.followedBy, isJson ? process.stderr : process.stdout)
  const notice = await FailureNotice.ofShard(shard, process.env)
  let end: CommandEnd = EXIT.broken
  try {
    const record = await RunRecord.open({
      folder,
      profile: PROFILE,
      generators: generatorsOf(shard),
    })
    const reporter = new LoadReporter(record, {
      out: followed.out,
      reportIntervalMs,
      isVerbose,
      page: await RunPageWriter.open(),
      needsExact: followed.needsExact,
      onTraces: followed.onTraces,
      listeners: [...followed.listeners, ...(notice === null ? [] : [notice.listener])],
    })
    const vitest = await openForOwn(dirname(SCENARIO), reporter)
    for (const project of vitest.projects) project.provide('loadTest', parameters)
    const signalCode = await runFiles(vitest, [SCENARIO])
    if (isJson && reporter.paths !== null) {
      process.stdout.write(readFileSync(reporter.paths.json, 'utf8'))
    }
    end = signalCode ?? reporter.exitCode
    return end
  } finally {
    await followed.close(end)
    await notice?.close(end)
  }
}

/**
 * What the processes that make the load inherit: without the environment's settings for scenarios,
 * which don't apply to this one.
 */
function environmentOf({
  servers,
  shardEnv,
  traceEnv,
}: LoadTestRun): Readonly<Record<string, string>> {
  return {
    ...servers,
    BENCH_PROFILE: '',
    BENCH_DURATION: '',
    ...shardEnv,
    ...traceEnv,
  }
}
