import type { AccessUser } from './access-user.ts'
import type { RedisGrant } from './redis-rights.ts'

/** The `ACL SETUSER` command that makes a user, or replaces one of that name; one line. */
export function aclSetUser(user: AccessUser): string {
  return `ACL SETUSER ${user.name} ${aclRules(user).join(' ')}`
}

/** The user's line in the file that Redis reads its users from (`aclfile`). */
export function aclFileLine(user: AccessUser): string {
  return `user ${user.name} ${aclRules(user).join(' ')}`
}

/** The rules of a user: `reset` first, so that nothing earlier remains. */
export function aclRules({ passwordSha256, redis }: AccessUser): readonly string[] {
  return [
    'reset',
    'on',
    ...(passwordSha256 === null ? [] : [`#${passwordSha256}`]),
    ...rulesOf(redis.main),
    ...redis.others.map((other) => `(${rulesOf(other).join(' ')})`),
  ]
}

function rulesOf({ commands, keys, isReadOnly }: RedisGrant): readonly string[] {
  return [
    ...keys.map((key) => `${isReadOnly ? '%R' : ''}~${key}`),
    ...commands.map((command) => `+${command}`),
  ]
}
