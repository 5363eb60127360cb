import { commandsIn, SCRIPTS, type ScriptName } from '../registry/redis/catalogue.ts'
import { keysOf, type NamespaceKeys } from '../registry/redis/keys.ts'
import type { AccessRequest, RoleName } from './role.ts'

/** Commands that a user may call on some keys. */
export interface RedisGrant {
  /** Sorted; a sub-command as in `cluster|slots`. */
  readonly commands: readonly string[]
  /** Patterns of keys. */
  readonly keys: readonly string[]
  /** Whether the keys may only be read. */
  readonly isReadOnly?: true
}

/** The rights of a Redis user: a call needs all it names in `main`, or in one of the `others`. */
export interface RedisRights {
  readonly main: RedisGrant
  /** What it may call besides, on a few of the keys only. */
  readonly others: readonly RedisGrant[]
}

/** What a script's commands name: any key of the namespace, or one of the bookkeeping. */
type KeyGroup = 'any' | 'loads' | 'nothing'

const READ: readonly ScriptName[] = [
  'read_log',
  'find_position',
  'read_bookkeeping',
  'read_indexed',
  'read_hashes',
  'read_ended',
  'take_permit',
  'leave_permit',
]
const WRITE: readonly ScriptName[] = ['register', 'heartbeat', 'move', 'unregister']
const CLEAR: readonly ScriptName[] = ['read_bookkeeping', 'clear', 'clear_indexed', 'drop_lost']
const REPAIR: readonly ScriptName[] = ['begin_verifying', 'adopt', 'end_verifying']

/** The scripts that a role runs. Without functions it also repairs what it finds by SCAN. */
function scriptsOf(role: RoleName, functions: boolean): readonly ScriptName[] {
  switch (role) {
    case 'writer':
    case 'gateway':
      return WRITE
    case 'reader':
    case 'sender':
      return READ
    case 'receiver':
      return []
    case 'loadtest':
      return [...WRITE, ...READ, ...CLEAR, ...(functions ? [] : REPAIR)]
  }
}

/** Commands about the whole server, which show what others have; users of functions do without. */
const ABOUT_THE_SERVER: ReadonlySet<string> = new Set(['info', 'dbsize', 'scan'])

/** The key that a script's command names, if it is always the same one. */
function keyGroupOf(script: ScriptName, command: string): KeyGroup {
  if (command === 'time') return 'any'
  if (script === 'take_permit' || script === 'leave_permit') return 'loads'
  // Whether the server accepts writes; as a function, this needs no command.
  if (isProbe(script, command)) return 'nothing'
  return 'any'
}

function isProbe(script: ScriptName, command: string): boolean {
  return script === 'read_log' && command === 'del'
}

/** The rights in Redis that roles need, and no others. */
export function redisRights(request: AccessRequest): RedisRights {
  const { roles, tenant, topology, functions } = request
  const keys = keysOf(tenant, topology === 'cluster')
  const hasData = roles.some((role) => role !== 'receiver')
  const groups: Record<KeyGroup, Set<string>> = {
    any: new Set(functions ? ['fcall'] : hasData ? ['eval', 'evalsha'] : ['eval']),
    loads: new Set(),
    nothing: new Set(),
  }
  for (const command of commandsOfClient(request)) groups.any.add(command)
  for (const role of roles) {
    for (const script of scriptsOf(role, functions)) {
      for (const command of commandsIn(SCRIPTS[script])) {
        if (functions && (ABOUT_THE_SERVER.has(command) || isProbe(script, command))) continue
        if (command === 'info' && role !== 'loadtest') continue
        if (command === 'dbsize' && role !== 'loadtest') continue
        groups[keyGroupOf(script, command)].add(command)
      }
    }
  }
  return {
    main: grant(groups.any, hasData ? [`${escaped(keys.prefix)}*`] : [keys.nothing]),
    others: [
      ...(hasData ? narrower(groups, keys) : []),
      ...(request.quotas ? ofQuotas(request, keys) : []),
    ],
  }
}

/** Commands that clients send besides scripts. */
function commandsOfClient(request: AccessRequest): readonly string[] {
  const { roles, topology, functions, waitForReplicas, database } = request
  const reads = roles.some((role) => role !== 'writer' && role !== 'receiver' && role !== 'gateway')
  const writes = roles.some((role) => ['writer', 'gateway', 'loadtest'].includes(role))
  const isLoadTest = roles.includes('loadtest')
  return [
    ...(reads ? ['xread'] : []),
    ...(isLoadTest && !functions ? ['scan', 'info'] : []),
    ...(waitForReplicas && writes ? ['wait'] : []),
    ...(database === 0 ? [] : ['select']),
    ...(topology === 'cluster' ? ['cluster|slots'] : []),
    ...(topology === 'sentinel' ? ['ping'] : []),
  ]
}

/** What is not granted on all keys already. */
function narrower(
  { any, loads, nothing }: Readonly<Record<KeyGroup, ReadonlySet<string>>>,
  keys: NamespaceKeys,
): readonly RedisGrant[] {
  return [
    { commands: loads, key: keys.loads },
    { commands: nothing, key: keys.nothing },
  ].flatMap(({ commands, key }) => {
    const missing = new Set([...commands].filter((command) => !any.has(command)))
    return missing.size === 0 ? [] : [grant(missing, [key])]
  })
}

/** Quotas are read by those that they limit, who count what they use, and whether they are connected. */
function ofQuotas({ roles, functions }: AccessRequest, keys: NamespaceKeys): readonly RedisGrant[] {
  const spends = roles.some((role) => role !== 'reader' && role !== 'receiver')
  const calls = functions ? ['fcall'] : ['eval', 'evalsha']
  const leases = [...commandsIn(SCRIPTS.take_lease), ...commandsIn(SCRIPTS.leave_permit)]
  return [
    { commands: ['hmget'], keys: [escaped(keys.quotas)], isReadOnly: true },
    ...(spends ? [{ commands: ['hmget', 'hset'], keys: [escaped(keys.spent)] }] : []),
    grant(new Set([...calls, ...leases.filter((command) => command !== 'hmget')]), [
      escaped(keys.leases),
    ]),
  ]
}

function grant(commands: ReadonlySet<string>, keys: readonly string[]): RedisGrant {
  return { commands: [...commands].sort(), keys }
}

/** A literal in a pattern of keys. */
function escaped(text: string): string {
  return text.replaceAll(/[\\*?[\]]/g, String.raw`\$&`)
}
