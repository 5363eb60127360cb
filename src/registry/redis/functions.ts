import { createHash } from 'node:crypto'
import { commandsIn, SCRIPTS } from './catalogue.ts'
import { readLogFunctionBody } from './read-scripts.ts'

/*
 * The scripts as functions of Redis, which an administrator loads once. A user of functions needs no permission for EVAL,
 * with which it could keep the server busy with a script of its own. Inside a function, Redis checks the
 * permissions of the user that calls it.
 */

const WRITING: ReadonlySet<string> = new Set([
  'hset',
  'del',
  'persist',
  'pexpireat',
  'xadd',
  'zadd',
  'zrem',
  'zremrangebyscore',
])

/** Functions that free memory, so they must run where there is none left. As texts, they may since their first command frees some. */
const FREEING: ReadonlySet<string> = new Set([
  'unregister',
  'clear',
  'clear_indexed',
  'leave_permit',
  'drop_lost',
  // Without it, nothing could be read for long.
  'take_lease',
])

/** Fails on a replica, and does nothing: without it, a function that reads would run there too. Needs no permission but for its key. */
export const PROBE = 'return 1'

const BODIES: Readonly<Record<string, string>> = {
  ...SCRIPTS,
  // A function that could write would not run where writing is refused for lack of memory, disk or replicas.
  read_log: readLogFunctionBody,
  probe: PROBE,
}

const NAMES: ReadonlyMap<string, string> = new Map(
  Object.entries({ ...SCRIPTS, probe: PROBE }).map(([name, script]) => [script, name]),
)

const VERSION = createHash('sha256').update(JSON.stringify(BODIES)).digest('hex').slice(0, 12)

/** The name of the library. Libraries of several versions of the registry can be loaded side by side. */
export const LIBRARY_NAME = `prism_registry_${VERSION}`

/** The name of the function for a script; `undefined` if the library has none. */
export function functionOf(script: string): string | undefined {
  const name = NAMES.get(script)
  return name === undefined ? undefined : `prism_${VERSION}_${name}`
}

/** The registry's name of a script; `null` if it is not one of the catalogue. */
export function scriptNameOf(script: string): string | null {
  return NAMES.get(script) ?? null
}

let library: string | undefined

/** The library, for `FUNCTION LOAD`. */
export function functionLibrary(): string {
  library ??= [
    `#!lua name=${LIBRARY_NAME}`,
    ...Object.entries(BODIES).map(([name, body]) => registered(name, body)),
    '',
  ].join('\n')
  return library
}

function registered(name: string, body: string): string {
  const flag = flagOf(name, body)
  const flags = flag === null ? '' : `, flags = { '${flag}' }`
  return (
    `redis.register_function{ function_name = 'prism_${VERSION}_${name}'${flags}, callback = function(KEYS, ARGV)\n` +
    `${body}\nend }`
  )
}

function flagOf(name: string, body: string): string | null {
  if (name === 'probe') return null
  if (!commandsIn(body).some((command) => WRITING.has(command))) return 'no-writes'
  return FREEING.has(name) ? 'allow-oom' : null
}
