import type { Pause } from '../load/pauses.ts'
import type { TracedProcess } from './span-record.ts'

/** More pauses of one process are forgotten, oldest first. */
const MAX_PAUSES = 10_000

/** Pauses of one process. */
export interface ProcessPauses {
  readonly process: TracedProcess
  readonly pauses: readonly Pause[]
}

/** The pauses of other processes, which tell their latest ones again and again. */
export class PausesElsewhere {
  readonly #byPid = new Map<number, { process: TracedProcess; pauses: Map<number, Pause> }>()

  add({ process, pauses }: ProcessPauses): void {
    const known = this.#byPid.get(process.pid) ?? { process, pauses: new Map<number, Pause>() }
    this.#byPid.set(process.pid, known)
    for (const pause of pauses) known.pauses.set(pause.fromMs, pause)
    for (const fromMs of known.pauses.keys()) {
      if (known.pauses.size <= MAX_PAUSES) break
      known.pauses.delete(fromMs)
    }
  }

  get all(): readonly ProcessPauses[] {
    return [...this.#byPid.values()].map(({ process, pauses }) => ({
      process,
      pauses: [...pauses.values()],
    }))
  }
}
