import { RegistrationIndex } from '../memory/registration-index.ts'
import type { Warnings } from '../warnings.ts'
import type { Evictions } from './evictions.ts'
import type { NamespaceKeys } from './keys.ts'
import type { LogPosition } from './log.ts'
import { corruptRecordMessage, type Recorded } from './records.ts'

/** A reader's copy: the state of the log up to `position`. */
export interface Copy {
  readonly index: RegistrationIndex
  /** Identities in the index of Redis whose records were corrupt. */
  readonly skipped: Set<string>
  /** The last entry applied; `null` before the first one of a namespace without a log. */
  position: LogPosition | null
  /** The last entry whose changes, and those of all before, the index has passed on. */
  toldPosition: LogPosition | null
  /** While it is loaded: identities in the entries applied since the latest part was requested. */
  touched: Set<string> | null
}

export function emptyCopy(): Copy {
  const index = new RegistrationIndex()
  return { index, skipped: new Set(), position: null, toldPosition: null, touched: null }
}

/** A copy whose index is to be loaded. */
export function copyToLoad(position: LogPosition | null): Copy {
  const index = RegistrationIndex.toLoad()
  return { index, skipped: new Set(), position, toldPosition: position, touched: new Set() }
}

/** Why a copy can't be continued or completely loaded; a clause to follow "because". */
export type Interruption = string

/** The settings of a reader. */
export interface ReplicaOptions {
  readonly keys: NamespaceKeys
  readonly warnings: Warnings
  readonly evictions: Evictions
  /** Entries that the log keeps at least. */
  readonly logCap: number
  /** How long a call waits for a load, or for a long log, at most, in ms. */
  readonly maxWaitMs: number
  /** A mark for an entry of the log, different each time. */
  readonly newMark: () => string
}

/** Puts a record into a copy as it was read; a corrupt one is left out, with a warning. */
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
