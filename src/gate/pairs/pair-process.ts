/** A process that calls one operation of both versions alternately and sends its measurement to the parent. */
import { taskOfProcess } from '../operations/fork-measurement.ts'
import { importBoth, openPair, reportToParent } from '../operations/both-versions.ts'
import { measureCpu, measureDeferred, measureIdleCpu, measureLatency } from './measure-pairs.ts'
import type { VersionName } from '../versions/both.ts'
import { pairTaskSchema } from './pair-task.ts'

await reportToParent(async () => {
  const task = pairTaskSchema.parse(taskOfProcess())
  const { operation, idleMs, cpuMs, deferredMs } = task
  const connects = await importBoth(task)
  const idleCpu: Record<VersionName, number> = { baseline: 0, candidate: 0 }
  let idleBefore = await measureIdleCpu(idleMs)
  const { calls, close } = await openPair(operation, connects, task, async (version) => {
    // The second version's idle CPU is its addition to the first one's.
    const idle = await measureIdleCpu(idleMs)
    idleCpu[version] = Math.max(idle - idleBefore, 0)
    idleBefore = idle
  })
  const latency = await measureLatency(calls, task)
  const callMs = Math.max(latency.baseline, latency.candidate)
  const cpu = await measureCpu(calls, { cpuMs, callMs })
  const deferred = await measureDeferred(calls, { deferredMs, callMs })
  await close()
  return { kind: 'measured', estimate: { operation, latency, cpu, ...deferred, idleCpu } }
})
