/** A process that counts one version's requests to the servers and sends the counts to its parent. */
import { importRegistry } from '../operations/registry-under-test.ts'
import { prepareOperation, type OperationName } from '../operations/operations.ts'
import { taskOfProcess } from '../operations/fork-measurement.ts'
import { stepOf, VersionFailure } from '../operations/version-failure.ts'
import {
  countTaskSchema,
  type CountEnding,
  type CountTask,
  type OperationCounts,
  type Repeat,
} from './operation-counts.ts'
import { ServerCounters } from './server-counters.ts'

/** The first calls set up connections, caches and scripts. */
const WARM_UP_CALLS = 20

async function count(task: CountTask): Promise<CountEnding> {
  const counters = await ServerCounters.open(task.redisUrl, task.natsUrls)
  let operation: OperationName | null = null
  try {
    const connect = await stepOf('import', () => importRegistry(task.folder))
    const operations: OperationCounts[] = []
    for (operation of task.operations) {
      const { redisUrl, natsUrls, tag } = task
      const namespace = `gate-${operation}-${tag}`
      const registry = await stepOf('connect', () =>
        connect({ redisUrl, natsUrls, namespace, onWarning: () => {} }),
      )
      const prepare = prepareOperation[operation]
      const ready = await stepOf('prepare', () => prepare(registry))
      const callAll = async (times: number) => {
        for (let i = 0; i < times; i += 1) await stepOf('call', ready.call)
      }
      await callAll(WARM_UP_CALLS)
      const repeats: Repeat[] = []
      for (let i = 0; i < task.repeats; i += 1) {
        repeats.push(await counters.during(() => callAll(task.calls)))
      }
      operations.push({ operation, calls: task.calls, repeats })
      await ready.end()
      await registry.clear()
      await registry.close()
    }
    return { kind: 'counted', operations }
  } catch (error) {
    if (!(error instanceof VersionFailure)) throw error
    return { kind: 'failed', operation, phase: error.phase, error: error.message }
  } finally {
    await counters.close()
  }
}

process.once('disconnect', () => process.exit())
const task = countTaskSchema.parse(taskOfProcess())
const ending = await count(task)
process.send?.(ending, () => process.exit(0))
