/** A process that calls one operation of both versions in turns, and tells its parent what that took. */
import { taskOfProcess } from '../operations/process-task.ts'
import { importBoth, openPair, reportToParent } from './both-versions.ts'
import { measureCpu, measureDeferred, measureIdleCpu, measureLatency } from './measure-pairs.ts'
import type { ArmName } from '../versions/arm.ts'
import { pairTaskSchema } from './pair-task.ts'

await reportToParent(async () => {
  const task = pairTaskSchema.parse(taskOfProcess())
  const { operation, idleMs, cpuMs, deferredMs } = task
  const connects = await importBoth(task)
  const idleCpu: Record<ArmName, number> = { base: 0, head: 0 }
  let idleBefore = await measureIdleCpu(idleMs)
  const { calls, close } = await openPair(operation, connects, task, async (arm) => {
    // The second one's is what it adds to the first one's.
    const idle = await measureIdleCpu(idleMs)
    idleCpu[arm] = Math.max(idle - idleBefore, 0)
    idleBefore = idle
  })
  const latency = await measureLatency(calls, task)
  const callMs = Math.max(latency.base, latency.head)
  const cpu = await measureCpu(calls, { cpuMs, callMs })
  const deferred = await measureDeferred(calls, { deferredMs, callMs })
  await close()
  return { kind: 'measured', estimate: { operation, latency, cpu, ...deferred, idleCpu } }
})
