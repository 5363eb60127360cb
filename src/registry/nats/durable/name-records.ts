import { LinkedMap } from '../../linked-map.ts'
import type { EntryLog, HandledRecord, Place } from './record-log.ts'

/** Maximum number of names and ids cached in memory. */
const MAX_REMEMBERED = 200_000

/** One partly read record. */
interface Known {
  readonly names: Set<string>
  /** The last entry that was read. */
  last: Place | null
  /** The latest read; never rejects. */
  reading: Promise<unknown>
  /** Whether it was dropped, and only its current users still hold it. */
  forgotten: boolean
}

/**
 * The records of messages whose id another call may reuse. That call may have other recipients and batch
 * them differently, so recipients are recorded by name, for the whole retention.
 */
export class NameRecords {
  readonly #log: EntryLog
  readonly #maxRemembered: number
  /** By message id; the one used last is last. */
  readonly #known = new LinkedMap<string, Known>()
  #remembered = 0

  /** @param maxRemembered maximum number of cached names and ids, besides the latest id's. */
  constructor(log: EntryLog, maxRemembered: number = MAX_REMEMBERED) {
    this.#log = log
    this.#maxRemembered = maxRemembered
  }

  /** The record of a message, by the positions of its recipients. */
  of(id: string, recipients: readonly string[]): HandledRecord {
    const subject = this.#log.sharedSubjectOf(`repeatable ${id}`)
    return {
      read: async () => {
        const names = await this.#read(id)
        return [...recipients.keys()].filter((position) => names.has(recipients[position] ?? ''))
      },
      add: async (positions) => {
        const names = positions.map((position) => recipients[position] ?? '')
        if (!(await this.#log.append(subject, linesWithin(this.#log.maxEntryBytes, names)))) {
          return false
        }
        const known = this.#use(id)
        for (const name of names) this.#remember(known, name)
        return true
      },
      clear: async () => {},
    }
  }

  async #read(id: string): Promise<ReadonlySet<string>> {
    const known = this.#use(id)
    // A recipient may have handled it when it was hosted by another gateway.
    const subject = this.#log.sharedSubjectOf(`repeatable ${id}`)
    // One after the other, so that each sees everything on record when it was called.
    const reading = known.reading.then(async () => {
      known.last = await this.#log.readAfter(known.last, subject, (entry) => {
        for (const name of Buffer.from(entry).toString().split('\n')) {
          this.#remember(known, name)
        }
      })
    })
    known.reading = reading.catch(() => {})
    await reading
    return known.names
  }

  #use(id: string): Known {
    const known = this.#known.get(id) ?? this.#begin()
    this.#known.delete(id)
    this.#known.set(id, known)
    for (let first = this.#known.first(); first; first = this.#known.first()) {
      const [oldest, old] = first
      if (this.#remembered <= this.#maxRemembered || oldest === id) break
      old.forgotten = true
      this.#known.delete(oldest)
      this.#remembered -= old.names.size + 1
    }
    return known
  }

  #begin(): Known {
    this.#remembered += 1
    return { names: new Set(), last: null, reading: Promise.resolve(), forgotten: false }
  }

  #remember(known: Known, name: string): void {
    if (known.names.has(name)) return
    known.names.add(name)
    if (!known.forgotten) this.#remembered += 1
  }
}

/** Names joined by line feeds, as texts of at most `maxBytes` bytes; a longer name is a text of its own. */
function linesWithin(maxBytes: number, names: readonly string[]): readonly string[] {
  const texts: string[] = []
  let lines: string[] = []
  let bytes = 0
  for (const name of names) {
    const more = Buffer.byteLength(name) + 1
    if (bytes + more > maxBytes && lines.length > 0) {
      texts.push(lines.join('\n'))
      lines = []
      bytes = 0
    }
    lines.push(name)
    bytes += more
  }
  texts.push(lines.join('\n'))
  return texts
}
