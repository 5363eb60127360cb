import { type Bitmap, both, forEachWord, grown } from '../targets/bitmap.ts'
import type { NameTable } from '../targets/name-table.ts'
import type { Ranges } from '../targets/ranges.ts'

/** The name for gateway processes that don't report held names; they hold none. */
export const SILENT_PROCESS = ''
/** Maximum number of tracked processes per gateway; with more, the oldest is forgotten. */
const MAX_PROCESSES = 16
/** A process that didn't answer while all others did this often, on average, counts as gone. */
const ANSWERS_UNTIL_GONE = 16
/** After the n-th `lacks`, n times this many messages go by name, up to the maximum. */
const PAUSE_MESSAGES = 8
const MAX_PAUSE_MESSAGES = 256

/** The names that one process is known to hold. */
interface Process {
  held: Bitmap
  lastAnswer: number
}

/** Names of one table held by the processes of a gateway. */
interface TableKnowledge {
  readonly processes: Map<string, Process>
  answers: number
  lacks: number
  pause: number
}

/**
 * The names that gateways hold according to their receipts; messages to these go by slot. A gateway may
 * be several processes, any of which may receive a message, so only names that all of them hold count.
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
   * Notes that a process answered a message and holds the names in it.
   * @param slots of these names; may be empty.
   * @param by the process's name for itself, or `SILENT_PROCESS`.
   */
  noteHeld(table: NameTable, slots: Ranges, by: string): void {
    const process = this.#answered(table, by)
    if (slots.length > 0) process.held = withSlots(process.held, slots)
  }

  /** Notes that a process lacks the names of a message sent by slot. */
  noteLack(table: NameTable, by: string): void {
    this.#answered(table, by).held = new Uint32Array(0)
    const known = this.#knowledgeOf(table)
    // Answers to messages in flight at the same time add nothing.
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
