import { SCRIPTS, type ScriptName } from '../../../registry/redis/catalogue.ts'
import { functionOf } from '../../../registry/redis/functions.ts'
import { keysOf, type NamespaceKeys } from '../../../registry/redis/keys.ts'
import type { Attack, AttackKind } from './attack.ts'

/** The attacker's namespace is the beginning of the victim's, and it has an identity of the same name. */
export const ATTACKER = 'vic'
export const VICTIM = 'victim'
export const IDENTITY = 'alice'

type Command = readonly [string, ...(string | number)[]]

/** An attack by commands; all but the last prepare it. */
export interface RedisAttack extends Attack {
  readonly commands: readonly Command[]
  /** What the last command must reply, as an error's message or as JSON. */
  readonly replies: RegExp
}

const own = keysOf(ATTACKER)
const victim = keysOf(VICTIM)
const theirs = victim.identity(IDENTITY)
const mine = own.identity(IDENTITY)

// The server itself refuses the latter unless its configuration permits them.
const NO_COMMAND =
  /^NOPERM this user has no permissions to run the '[a-z|_-]+' command|^ERR (DEBUG|MODULE) command not allowed/
const NO_KEY = /^NOPERM this user has no permissions to access one of the keys/
const IN_FUNCTION =
  /^ERR The user executing the script can't access at least one of the keys|ACL failure/

/** A function reports what it may not read. */
const REFUSED = /^"REFUSED UNREADABLE ERR The user executing the script can't access|ACL failure/

/** The command is not permitted at all. */
function command(kind: AttackKind, name: string, ...commands: readonly Command[]): RedisAttack {
  return { kind, name, commands, replies: NO_COMMAND, back: '`NOPERM`: the command' }
}

/** The command is permitted, but not on the victim's keys. */
function key(kind: AttackKind, name: string, ...commands: readonly Command[]): RedisAttack {
  return { kind, name, commands, replies: NO_KEY, back: '`NOPERM`: the key' }
}

/** The function is permitted, but not its commands on the victim's keys. */
function inside(kind: AttackKind, name: string, ...commands: readonly Command[]): RedisAttack {
  return { kind, name, commands, replies: IN_FUNCTION, back: 'the function fails: the key' }
}

function call(
  script: ScriptName,
  keys: readonly string[],
  ...args: readonly (string | number)[]
): Command {
  return ['FCALL', functionOf(SCRIPTS[script]) ?? '', keys.length, ...keys, ...args]
}

const bookkeeping = ({ index, log }: NamespaceKeys) => [index, log]
/** The arguments of `register` after the id. */
const REGISTERED = ['{}', 60_000, '1', '', 'mark', 10_000, '', 0, '', '', ''] as const

/** All attacks on Redis. */
export const REDIS_ATTACKS: readonly RedisAttack[] = [
  key('read', "read a registration's fields (`HMGET`)", ['HMGET', theirs, 'metadata']),
  key('read', 'read one field of a registration (`HGET`)', ['HGET', theirs, 'metadata']),
  command('read', 'read a whole registration (`HGETALL`)', ['HGETALL', theirs]),
  key('read', 'read the log (`XRANGE`)', ['XRANGE', victim.log, '-', '+']),
  key('read', 'read the log backwards (`XREVRANGE`)', ['XREVRANGE', victim.log, '+', '-']),
  key('read', 'follow the log (`XREAD`)', ['XREAD', 'STREAMS', victim.log, '0']),
  key('read', "follow the log beside one's own (`XREAD` of two)", [
    'XREAD',
    'STREAMS',
    own.log,
    victim.log,
    '0',
    '0',
  ]),
  command('read', 'read the log as a group (`XREADGROUP`)', [
    'XREADGROUP',
    'GROUP',
    'g',
    'c',
    'STREAMS',
    victim.log,
    '>',
  ]),
  command('read', 'serialize a registration (`DUMP`)', ['DUMP', theirs]),
  command('read', "copy a registration to one's own key (`COPY`)", [
    'COPY',
    theirs,
    own.identity('loot'),
  ]),
  command('read', "sort one's own set by their fields (`SORT … GET`)", [
    'SORT',
    own.index,
    'BY',
    'nosort',
    'GET',
    `${victim.prefix}*->metadata`,
  ]),
  command('read', 'read by a script that may only read (`EVAL_RO`)', [
    'EVAL_RO',
    "return redis.call('HGETALL', KEYS[1])",
    1,
    theirs,
  ]),
  command('read', 'become a replica (`PSYNC`)', ['PSYNC', '?', '-1']),
  command('read', 'become a replica (`SYNC`)', ['SYNC']),
  key(
    'read',
    'let the function that reads records read theirs',
    call('read_hashes', [theirs], 100_000),
  ),
  key(
    'read',
    'let the function that reads the log read theirs',
    call('read_log', [victim.log], '-', 100),
  ),
  {
    ...inside(
      'read',
      'let the function that reads an index read records beyond it (prefix `victim:`)',
      ['ZADD', own.index, 1, IDENTITY],
      call('read_indexed', [own.index], '0', 100, victim.prefix),
    ),
    replies: /^\["0","alice","\?1"\]$/,
    back: 'a missing record, whether there is one or not',
  },
  key('write', 'overwrite a registration (`HSET`)', ['HSET', theirs, 'metadata', '{}']),
  key('write', 'delete a registration (`DEL`)', ['DEL', theirs]),
  key('write', 'delete both at once (`DEL` of two)', ['DEL', mine, theirs]),
  command('write', 'delete in the background (`UNLINK`)', ['UNLINK', theirs]),
  key('write', 'let a registration expire (`PEXPIREAT`)', ['PEXPIREAT', theirs, 1]),
  key('write', 'keep a registration forever (`PERSIST`)', ['PERSIST', theirs]),
  command('write', 'let a registration expire (`EXPIRE`)', ['EXPIRE', theirs, 0]),
  key('write', 'add to the index (`ZADD`)', ['ZADD', victim.index, 1, 'ghost']),
  key('write', 'remove from the index (`ZREM`)', ['ZREM', victim.index, IDENTITY]),
  key('write', 'forge an entry of the log (`XADD` of `clear`)', [
    'XADD',
    victim.log,
    '*',
    'clear',
    `m\n["${IDENTITY}"]`,
  ]),
  key('write', 'end the log (`XADD` with the highest id)', [
    'XADD',
    victim.log,
    '18446744073709551615-18446744073709551615',
    'x',
    'y',
  ]),
  command('write', 'trim the log (`XTRIM`)', ['XTRIM', victim.log, 'MAXLEN', 0]),
  command('write', 'replace a registration by a string (`SET`)', ['SET', theirs, 'x']),
  command('write', "move one's own key onto theirs (`RENAME`)", ['RENAME', mine, theirs]),
  command('write', 'restore a forged record (`RESTORE`)', ['RESTORE', theirs, 0, 'x', 'REPLACE']),
  command('write', 'send their key to another server (`MIGRATE`)', [
    'MIGRATE',
    '127.0.0.1',
    1,
    theirs,
    0,
    100,
  ]),
  command('write', 'move their key to another database (`MOVE`)', ['MOVE', theirs, 1]),
  command('write', 'store a union into their index (`ZUNIONSTORE`)', [
    'ZUNIONSTORE',
    victim.index,
    1,
    own.index,
  ]),
  command('write', 'store a range into their index (`ZRANGESTORE`)', [
    'ZRANGESTORE',
    victim.index,
    own.index,
    0,
    -1,
  ]),
  command('write', 'write by a script (`EVAL`)', [
    'EVAL',
    `return redis.call('DEL', '${theirs}')`,
    0,
  ]),
  command('write', 'write in a transaction (`MULTI`)', ['MULTI']),
  key('write', 'take over their permits to load', ['ZADD', victim.loads, -1e15, 'me']),
  key(
    'write',
    'register in their namespace by the function',
    call('register', [theirs, victim.index, victim.log], IDENTITY, ...REGISTERED),
  ),
  key(
    'write',
    "register one's own identity in their index",
    call('register', [mine, victim.index, own.log], IDENTITY, ...REGISTERED),
  ),
  key(
    'write',
    "announce one's own registration in their log",
    call('register', [mine, own.index, victim.log], IDENTITY, ...REGISTERED),
  ),
  key(
    'write',
    'unregister by the function',
    call('unregister', [theirs, victim.index, victim.log], IDENTITY, 'm', 1, 0),
  ),
  key(
    'write',
    'clear their namespace by the function',
    call('clear_indexed', bookkeeping(victim), victim.prefix, 'm', 1, 500),
  ),
  inside(
    'write',
    "let the function that clears one's own index delete beyond it (prefix `victim:`)",
    ['ZADD', own.index, 1, IDENTITY],
    call('clear_indexed', bookkeeping(own), victim.prefix, 'm', 1, 500),
  ),
  inside(
    'write',
    'let the function that drops expired identities delete theirs (id longer than its key)',
    ['ZADD', own.index, 1, theirs],
    call(
      'register',
      [own.identity('x'), own.index, own.log],
      'x'.repeat(own.prefix.length + 1),
      ...REGISTERED,
    ),
  ),
  key('read', "read the victim's quotas", ['HMGET', victim.quotas, 'version']),
  key('write', "lower the victim's quotas", ['HSET', victim.quotas, 'identities', '0']),
  key('starve', "use up the victim's rates", ['HSET', victim.spent, 'multicasts', '1000000 0']),
  key('starve', "take up the victim's connections", ['ZADD', victim.leases, '9999999999999', 'x']),
  key('write', "end the victim's connections", ['ZREM', victim.leases, 'x']),
  {
    ...inside(
      'starve',
      'let the function that charges a multicast charge the victim (its keys as arguments)',
      [
        'FCALL',
        functionOf(SCRIPTS.charge_multicast) ?? '',
        1,
        own.index,
        own.quotas,
        victim.spent,
        1,
        1,
      ],
    ),
    replies: REFUSED,
    back: 'refused: the key',
  },
  {
    ...inside(
      'read',
      "let the function that registers read the victim's quotas (its key as an argument)",
      call(
        'register',
        [mine, own.index, own.log],
        IDENTITY,
        ...REGISTERED.slice(0, -3),
        victim.quotas,
        own.spent,
        '',
      ),
    ),
    replies: REFUSED,
    back: 'refused: the key',
  },
  key('rights', "raise one's own quotas", ['HSET', own.quotas, 'identities', '1000000']),
  key('rights', "delete one's own quotas", ['DEL', own.quotas]),
  key('rights', "let one's own quotas expire", ['PEXPIREAT', own.quotas, 1]),
  command('write', 'delete everything (`FLUSHALL`)', ['FLUSHALL']),
  command('write', 'delete the database (`FLUSHDB`)', ['FLUSHDB']),
  command('write', 'swap databases (`SWAPDB`)', ['SWAPDB', 0, 1]),
  command('write', 'use another database (`SELECT`)', ['SELECT', 1]),
  command('list', 'list keys (`KEYS`)', ['KEYS', '*']),
  command('list', 'list keys (`SCAN`)', ['SCAN', 0]),
  command('list', 'draw a key (`RANDOMKEY`)', ['RANDOMKEY']),
  command('list', 'count keys (`DBSIZE`)', ['DBSIZE']),
  command('list', 'count keys (`INFO keyspace`)', ['INFO', 'keyspace']),
  key('list', 'list identities (`ZRANGE` of the index)', ['ZRANGE', victim.index, 0, -1]),
  key('list', 'list identities (`ZSCAN` of the index)', ['ZSCAN', victim.index, 0]),
  command('list', 'list clients (`CLIENT LIST`)', ['CLIENT', 'LIST']),
  command('list', 'list users (`ACL LIST`)', ['ACL', 'LIST']),
  command('list', 'list names of users (`ACL USERS`)', ['ACL', 'USERS']),
  command('list', "read the victim's rules (`ACL GETUSER`)", ['ACL', 'GETUSER', VICTIM]),
  command('list', "read others' denials (`ACL LOG`)", ['ACL', 'LOG']),
  command('list', "read others' slow commands (`SLOWLOG GET`)", ['SLOWLOG', 'GET']),
  command('list', 'list channels (`PUBSUB CHANNELS`)', ['PUBSUB', 'CHANNELS']),
  command('list', 'read the configuration (`CONFIG GET`)', ['CONFIG', 'GET', '*']),
  command('list', 'list libraries (`FUNCTION LIST`)', ['FUNCTION', 'LIST']),
  key('existence', 'ask whether an identity exists (`EXISTS`)', ['EXISTS', theirs]),
  key('existence', 'ask for one of several (`EXISTS` of two)', ['EXISTS', mine, theirs]),
  command('existence', 'ask for a type (`TYPE`)', ['TYPE', theirs]),
  command('existence', 'ask for a lifetime (`PTTL`)', ['PTTL', theirs]),
  command('existence', 'touch a key (`TOUCH`)', ['TOUCH', theirs]),
  command('existence', 'ask how it is stored (`OBJECT ENCODING`)', ['OBJECT', 'ENCODING', theirs]),
  command('existence', 'ask how large it is (`MEMORY USAGE`)', ['MEMORY', 'USAGE', theirs]),
  command('existence', 'watch a key for a transaction (`WATCH`)', ['WATCH', theirs]),
  key('existence', 'count fields (`HLEN`)', ['HLEN', theirs]),
  key('existence', 'count identities (`ZCARD`)', ['ZCARD', victim.index]),
  key('existence', 'count live identities (`ZCOUNT`)', ['ZCOUNT', victim.index, '-inf', '+inf']),
  key('existence', 'ask for an expiry in the index (`ZSCORE`)', ['ZSCORE', victim.index, IDENTITY]),
  command('existence', 'ask which keys a command names (`COMMAND GETKEYS`)', [
    'COMMAND',
    'GETKEYS',
    'GET',
    theirs,
  ]),
  command('subscribe', 'hear of changed keys (`PSUBSCRIBE`)', ['PSUBSCRIBE', '__keyspace@0__:*']),
  command('subscribe', 'hear a channel (`SUBSCRIBE`)', ['SUBSCRIBE', VICTIM]),
  command('subscribe', 'hear a channel of a shard (`SSUBSCRIBE`)', ['SSUBSCRIBE', VICTIM]),
  command('subscribe', 'be told of changed keys (`CLIENT TRACKING`)', [
    'CLIENT',
    'TRACKING',
    'ON',
    'BCAST',
    'PREFIX',
    victim.prefix,
  ]),
  command('subscribe', 'hear every command (`MONITOR`)', ['MONITOR']),
  command('publish', 'publish to a channel (`PUBLISH`)', ['PUBLISH', VICTIM, 'x']),
  command('publish', 'publish to a channel of a shard (`SPUBLISH`)', ['SPUBLISH', VICTIM, 'x']),
  command('starve', 'run a script that never ends (`EVAL`)', ['EVAL', 'while true do end', 0]),
  command('starve', 'load a script (`SCRIPT LOAD`)', ['SCRIPT', 'LOAD', 'while true do end']),
  command('starve', "forget others' scripts (`SCRIPT FLUSH`)", ['SCRIPT', 'FLUSH']),
  command('starve', 'delete the functions (`FUNCTION FLUSH`)', ['FUNCTION', 'FLUSH']),
  command('starve', 'replace the functions (`FUNCTION LOAD REPLACE`)', [
    'FUNCTION',
    'LOAD',
    'REPLACE',
    '#!lua name=x\n',
  ]),
  command('starve', 'restore other functions (`FUNCTION RESTORE`)', [
    'FUNCTION',
    'RESTORE',
    'x',
    'FLUSH',
  ]),
  command('starve', 'stop a running function (`FUNCTION KILL`)', ['FUNCTION', 'KILL']),
  command('starve', 'let the server sleep (`DEBUG SLEEP`)', ['DEBUG', 'SLEEP', 5]),
  command('starve', 'pause all clients (`CLIENT PAUSE`)', ['CLIENT', 'PAUSE', 5000]),
  command('starve', 'end all clients (`CLIENT KILL`)', [
    'CLIENT',
    'KILL',
    'TYPE',
    'normal',
    'SKIPME',
    'yes',
  ]),
  command('starve', 'end the server (`SHUTDOWN`)', ['SHUTDOWN', 'NOSAVE']),
  command('starve', 'make the server a replica (`REPLICAOF`)', ['REPLICAOF', '127.0.0.1', 1]),
  command('starve', 'let another take over (`FAILOVER`)', ['FAILOVER']),
  command('starve', 'save to disk in the foreground (`SAVE`)', ['SAVE']),
  command('starve', 'save to disk (`BGSAVE`)', ['BGSAVE']),
  command('starve', 'limit memory (`CONFIG SET maxmemory`)', ['CONFIG', 'SET', 'maxmemory', 1]),
  command('starve', 'wait for replicas (`WAIT`)', ['WAIT', 100, 0]),
  command('starve', 'wait for an element (`BLPOP`)', ['BLPOP', mine, 0]),
  command('rights', 'permit oneself everything (`ACL SETUSER`)', [
    'ACL',
    'SETUSER',
    ATTACKER,
    '+@all',
    '~*',
  ]),
  command('rights', 'delete the user of the victim (`ACL DELUSER`)', ['ACL', 'DELUSER', VICTIM]),
  command('rights', 'read users from another file (`ACL LOAD`)', ['ACL', 'LOAD']),
  command('rights', 'ask who one is (`ACL WHOAMI`)', ['ACL', 'WHOAMI']),
  command('rights', 'load a module (`MODULE LOAD`)', ['MODULE', 'LOAD', '/tmp/x.so']),
  {
    kind: 'rights',
    name: 'guess the password of the victim (`AUTH`)',
    commands: [['AUTH', VICTIM, 'guess']],
    replies: /^WRONGPASS/,
    back: '`WRONGPASS`',
  },
  {
    kind: 'rights',
    name: 'guess the name of a user (`HELLO … AUTH`)',
    commands: [['HELLO', 2, 'AUTH', 'nobody', 'guess']],
    replies: /^WRONGPASS/,
    back: '`WRONGPASS`, as for a user that exists',
  },
  {
    kind: 'rights',
    name: 'become the default user (`RESET`)',
    commands: [['RESET'], ['KEYS', '*']],
    replies: /^NOAUTH/,
    back: '`NOAUTH`, since that user is off',
  },
]
