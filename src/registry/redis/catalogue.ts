import { leavePermitScript, takePermitScript } from './permit-scripts.ts'
import { chargeMulticastScript, takeLeaseScript } from './quota-scripts.ts'
import {
  endedScript,
  findPositionScript,
  readBookkeepingScript,
  readFactsScript,
  readHashesScript,
  readIndexedScript,
  readLogScript,
} from './read-scripts.ts'
import {
  adoptScript,
  beginVerifyingScript,
  dropLostScript,
  endVerifyingScript,
} from './repair-scripts.ts'
import {
  clearIndexedScript,
  clearScript,
  heartbeatScript,
  moveScript,
  registerScript,
  unregisterScript,
} from './scripts.ts'

/** Every script of the registry, by name. */
export const SCRIPTS = {
  register: registerScript,
  heartbeat: heartbeatScript,
  move: moveScript,
  unregister: unregisterScript,
  clear: clearScript,
  clear_indexed: clearIndexedScript,
  read_log: readLogScript,
  find_position: findPositionScript,
  read_facts: readFactsScript,
  read_bookkeeping: readBookkeepingScript,
  read_indexed: readIndexedScript,
  read_hashes: readHashesScript,
  read_ended: endedScript,
  take_permit: takePermitScript,
  leave_permit: leavePermitScript,
  begin_verifying: beginVerifyingScript,
  adopt: adoptScript,
  end_verifying: endVerifyingScript,
  drop_lost: dropLostScript,
  charge_multicast: chargeMulticastScript,
  take_lease: takeLeaseScript,
} as const satisfies Readonly<Record<string, string>>

/** The name of a script. */
export type ScriptName = keyof typeof SCRIPTS

const COMMAND_CALL = /\b(?:call|try|redis\.call|redis\.pcall)\('([A-Z]+)'/g

/** The Redis commands that a script, or a part of one, can call; lower case, each once. */
export function commandsIn(lua: string): readonly string[] {
  const commands = [...lua.matchAll(COMMAND_CALL)].map(([, command = '']) => command.toLowerCase())
  return [...new Set(commands)]
}
