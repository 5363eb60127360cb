import {
  allProcesses,
  descendantsOf,
  hasSetting,
  readProcess,
  signalProcess,
  type Process,
} from './processes.ts'

/** A descendant is noticed if it lives longer than this, in ms, or has the setting. */
const LOOK_EVERY_MS = 200

/**
 * A process and its descendants, including orphans: noticed while their parent lived, or recognised by an
 * inherited setting.
 */
export class Family {
  readonly #setting: string
  readonly #seen = new Map<string, Process>()
  readonly #timer: NodeJS.Timeout

  /** @param setting `NAME=value`, in the environment of the root and of no other process. */
  constructor(root: Process, setting: string) {
    this.#setting = setting
    this.#seen.set(keyOf(root), root)
    this.#timer = setInterval(() => this.#notice(allProcesses()), LOOK_EVERY_MS)
    this.#timer.unref()
  }

  /** Running processes, the root first. */
  members(): readonly Process[] {
    const all = allProcesses()
    for (const found of all.filter((each) => hasSetting(each, this.#setting))) {
      this.#seen.set(keyOf(found), found)
    }
    return this.#notice(all)
  }

  #notice(all: readonly Process[]): readonly Process[] {
    const running = new Map(all.map((each) => [keyOf(each), each]))
    for (const key of this.#seen.keys()) if (!running.has(key)) this.#seen.delete(key)
    for (const known of this.#seen.values()) {
      for (const found of descendantsOf(known.pid, all)) this.#seen.set(keyOf(found), found)
    }
    return [...this.#seen.keys()].flatMap((key) => running.get(key) ?? [])
  }

  /** Ends all running processes, and those that they start meanwhile. */
  end(): void {
    clearInterval(this.#timer)
    for (let round = 0; round < 3; round++) {
      for (const member of this.members()) signalProcess(member, 'SIGKILL')
    }
  }
}

/** Identifies a process that was just started. */
export function rootOf(pid: number | undefined): Process {
  const root = pid === undefined ? null : readProcess(pid)
  if (root === null) throw new Error('The command ended before it could be watched.')
  return root
}

function keyOf({ pid, startTicks }: Process): string {
  return `${pid} ${startTicks}`
}
