import { RegistrationIndex } from '../memory/registration-index.ts'
import type { Warnings } from '../warnings.ts'
import type { Evictions } from './evictions.ts'
import type { NamespaceKeys } from './keys.ts'
import type { LogPosition } from './log.ts'
import { corruptRecordMessage, type Recorded } from './records.ts'
import { Trail } from './trail.ts'

/** A reader's copy: the state of the log up to `position`. */
export interface Copy {
  readonly index: RegistrationIndex
  /** Identities in the Redis index whose records were corrupt. */
  readonly skipped: Set<string>
  /** The last entry applied; `null` if the namespace had no log. */
  position: LogPosition | null
  /** The last entry up to which the index has reported all changes. */
  toldPosition: LogPosition | null
  /** The latest positions, to go back to. */
  readonly trail: Trail
  /** Identities whose records must be read once the log is applied to its end; until then their entries are skipped. */
  readonly unread: Set<string>
  /** Identities whose records may be newer than `position`. */
  readonly ahead: Set<string>
  /** While loading: identities in the entries applied since the latest part was requested. */
  touched: Set<string> | null
}

export function emptyCopy(): Copy {
  return { ...copyOf(new RegistrationIndex(), null), touched: null }
}

/** A copy to load. */
export function copyToLoad(position: LogPosition | null): Copy {
  return { ...copyOf(RegistrationIndex.toLoad(), position), touched: new Set() }
}

function copyOf(index: RegistrationIndex, position: LogPosition | null): Omit<Copy, 'touched'> {
  return {
    index,
    position,
    toldPosition: position,
    skipped: new Set(),
    trail: new Trail(),
    unread: new Set(),
    ahead: new Set(),
  }
}

/** Why a copy can't be continued or loaded; a clause that follows "because". */
export type Interruption = string

/** The settings of a reader. */
export interface ReplicaOptions {
  readonly keys: NamespaceKeys
  readonly warnings: Warnings
  readonly evictions: Evictions
  /** Minimum number of entries in the log. */
  readonly logCap: number
  /** Maximum number of readers that load at the same time, in all processes. Default 4. */
  readonly maxConcurrentLoads?: number
  /** How long a call waits for a load or a long log, in ms. */
  readonly maxWaitMs: number
  /** Returns a new, unique mark for a log entry. */
  readonly newMark: () => string
}

/** Puts a record into a copy; skips a corrupt one with a warning. */
export function putRecorded(
  { index, skipped }: Copy,
  identity: string,
  recorded: Recorded,
  { keys, warnings }: Pick<ReplicaOptions, 'keys' | 'warnings'>,
): void {
  if (recorded.state === 'valid') index.put(recorded.registration)
  else index.remove(identity)
  if (recorded.state !== 'corrupt') return
  skipped.add(identity)
  warnings.warn('CORRUPT_RECORD', corruptRecordMessage(keys, identity, recorded.fault))
}
