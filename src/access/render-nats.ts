import { createHash } from 'node:crypto'
import type { AccessUser } from './access-user.ts'

/** Which account the users of several tenants belong to. */
export type AccountModel = 'shared' | 'own'

/**
 * The part of a NATS server's configuration that makes users: with the permissions of one account that all share, or
 * with one account per tenant. Passwords are read from environment variables of the server.
 */
export function natsConfiguration(users: readonly AccessUser[], model: AccountModel): string {
  if (model === 'shared') return block('authorization', usersOf(users))
  const accounts = [...Map.groupBy(users, ({ tenant }) => tenant)].map(([tenant, own]) => [
    `${quoted(tenant)}: {`,
    ...indented([
      ...(own.some(({ durable }) => durable) ? ['jetstream: enabled'] : []),
      ...usersOf(own),
    ]),
    '}',
  ])
  return block('accounts', accounts.flat())
}

/**
 * The environment variable from which the server reads a user's password: no two users share one. Names that differ only in
 * what a variable's name can't show get a hash.
 */
export function passwordVariable({ name }: Pick<AccessUser, 'name'>): string {
  const shown = name.toUpperCase().replaceAll(/[^A-Z0-9]/g, '_')
  if (/^[a-z][a-z0-9-]*$/.test(name)) return `${shown}_PASSWORD`
  const hash = createHash('sha256').update(name).digest('hex').slice(0, 8).toUpperCase()
  return `USER_${shown}_${hash}_PASSWORD`
}

function usersOf(users: readonly AccessUser[]): readonly string[] {
  return ['users: [', ...indented(users.flatMap(userOf)), ']']
}

function userOf(user: AccessUser): readonly string[] {
  return [
    '{',
    ...indented([
      `user: ${quoted(user.name)}`,
      `password: $${passwordVariable(user)}`,
      'permissions: {',
      ...indented([
        ...allowed('publish', user.nats.publish),
        ...allowed('subscribe', user.nats.subscribe),
      ]),
      '}',
    ]),
    '}',
  ]
}

/** A list that is empty would permit everything. */
function allowed(action: string, subjects: readonly string[]): readonly string[] {
  if (subjects.length === 0) return [`${action}: { deny: [">"] }`]
  return [`${action}: { allow: [`, ...indented(subjects.map((subject) => quoted(subject))), '] }']
}

function block(name: string, lines: readonly string[]): string {
  return [`${name} {`, ...indented(lines), '}', ''].join('\n')
}

function indented(lines: readonly string[]): readonly string[] {
  return lines.map((line) => `  ${line}`)
}

function quoted(text: string): string {
  return JSON.stringify(text)
}
