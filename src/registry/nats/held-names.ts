import { type Bitmap, both, forEachWord, grown } from '../targets/bitmap.ts'
import type { NameTable } from '../targets/name-table.ts'
import type { Ranges } from '../targets/ranges.ts'

/** Stands for the processes of a gateway that don't say what they hold: they hold nothing. */
export const SILENT_PROCESS = ''
/** Processes that may share one gateway and be told names; with more, one is forgotten. */
const MAX_PROCESSES = 16
/** A process that has not answered while all did so many times, on average, is taken to be gone. */
const ANSWERS_UNTIL_GONE = 16
/** How many messages to names follow the n-th `lacks`: n times this, up to the maximum. */
const PAUSE_MESSAGES = 8
const MAX_PAUSE_MESSAGES = 256

/** What one process is known to hold. */
interface Process {
  held: Bitmap
  lastAnswer: number
}

/** One table, as the processes of its gateway hold it. */
interface TableKnowledge {
  readonly processes: Map<string, Process>
  answers: number
  lacks: number
  pause: number
}

/**
 * Which names the gateways of a messenger hold, as their receipts say, so that these are sent to by
 * slots. A gateway may be several processes, and any of them may get a message, so what counts is what
 * all of them hold.
 */
export class HeldNames {
  readonly #byTable = new WeakMap<NameTable, TableKnowledge>()

  /** The slots that every process holds; `null` for none, and during the pause after a `lacks`. */
  heldOf(table: NameTable): Bitmap | null {
    const known = this.#byTable.get(table)
    if (known === undefined || known.pause > 0) return null
    let common: Bitmap | null = null
    for (const { held } of known.processes.values()) {
      common = common === null ? held : both(common, held)
    }
    return common
  }

  /** Counts a message to the table's gateway: a pause lasts for a number of messages. */
  noteMessage(table: NameTable): void {
    const known = this.#byTable.get(table)
    if (known !== undefined && known.pause > 0) known.pause -= 1
  }

  /**
   * Notes that a process answered a message, and holds the names that it told.
   * @param slots of the names; none for a message that told none.
   * @param by the process, as it calls itself, or `SILENT_PROCESS`.
   */
  noteHeld(table: NameTable, slots: Ranges, by: string): void {
    const process = this.#answered(table, by)
    if (slots.length > 0) process.held = withSlots(process.held, slots)
  }

  /** Notes that a process doesn't hold what it was sent by slots. */
  noteLack(table: NameTable, by: string): void {
    this.#answered(table, by).held = new Uint32Array(0)
    const known = this.#knowledgeOf(table)
    // Answers to what was on its way at the same time say nothing more.
    if (known.pause > 0) return
    known.lacks += 1
    known.pause = Math.min(PAUSE_MESSAGES * known.lacks, MAX_PAUSE_MESSAGES)
  }

  #answered(table: NameTable, by: string): Process {
    const known = this.#knowledgeOf(table)
    known.answers += 1
    const process = known.processes.get(by) ?? { held: new Uint32Array(0), lastAnswer: 0 }
    process.lastAnswer = known.answers
    known.processes.delete(by)
    known.processes.set(by, process)
    const answersUntilGone = ANSWERS_UNTIL_GONE * known.processes.size
    for (const [name, { lastAnswer }] of known.processes) {
      const isGone = known.answers - lastAnswer >= answersUntilGone
      if (isGone || known.processes.size > MAX_PROCESSES) known.processes.delete(name)
    }
    return process
  }

  #knowledgeOf(table: NameTable): TableKnowledge {
    let known = this.#byTable.get(table)
    if (known === undefined) {
      known = { processes: new Map(), answers: 0, lacks: 0, pause: 0 }
      this.#byTable.set(table, known)
    }
    return known
  }
}

/** @param slots at least one. */
function withSlots(held: Bitmap, slots: Ranges): Bitmap {
  const last = slots.at(-1) ?? 0
  const words = last >>> 5 >= held.length ? grown(held, last) : held
  forEachWord(slots, (at, bits) => {
    words[at] = (words[at] ?? 0) | bits
  })
  return words
}
