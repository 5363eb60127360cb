import {
  flagOf,
  variableOf,
  type ServerKind,
  type ServerParameter,
} from '../registry/server-parameters.ts'

/** A setting beside an address that says how to be admitted to a server: one row of the table. */
export interface ServerOption {
  readonly kind: ServerKind
  /** What it sets; those of `ServerParameter` may be in an address as well, as its query. */
  readonly name: ServerParameter | 'username' | 'user' | 'password' | 'token'
  /** The environment variable, such as `REDIS_TLS_CA`. */
  readonly variable: string
  /** The flag, such as `--redis-tls-ca`; `null` for secrets, which process lists would show. */
  readonly flag: string | null
  /** Of the flag's value; `null` without a flag. */
  readonly value: 'file' | 'name' | 'form' | null
  /** What it is, for help and documents. */
  readonly help: string
}

const TLS = [
  ['tls-ca', 'file', "PEM file of the authority that signed the server's certificate; implies TLS"],
  ['tls-cert', 'file', "PEM file of the client's certificate, if the server asks for one"],
  ['tls-key', 'file', 'PEM file of its key'],
  ['tls-server-name', 'name', "the name in the server's certificate, if it isn't the address's"],
] as const

const REDIS = [
  ...TLS,
  ['username', 'name', 'the ACL user'],
  ['password', null, "the user's password"],
  ['password-file', 'file', "file with the user's password"],
  ['scripts', 'form', 'functions, if the user may run no scripts of its own; eval by default'],
] as const

const NATS = [
  ...TLS,
  ['user', 'name', 'the user'],
  ['password', null, "the user's password"],
  ['password-file', 'file', "file with the user's password"],
  ['token', null, 'a token instead of a user'],
  ['token-file', 'file', 'file with a token instead of a user'],
  ['nkey-file', 'file', 'file with the seed of an nkey instead of a user'],
  ['creds', 'file', '.creds file with a JWT and its nkey instead of a user'],
] as const

/** All of them, in the order of help and documents. From this table come variables, flags, help and the page. */
export const SERVER_OPTIONS: readonly ServerOption[] = [
  ...REDIS.map((row) => optionOf('redis', row)),
  ...NATS.map((row) => optionOf('nats', row)),
]

function optionOf(
  kind: ServerKind,
  [name, value, help]: readonly [ServerOption['name'], ServerOption['value'], string],
): ServerOption {
  const flag = value === null ? null : flagOf(kind, name)
  return { kind, name, variable: variableOf(kind, name), flag, value, help }
}

/** Environment variables. */
export type Environment = Readonly<Record<string, string | undefined>>

/** The options of a kind of server that are set, with their values. An empty variable is not set. */
export function optionsIn(env: Environment, kind: ServerKind): ReadonlyMap<ServerOption, string> {
  const ofKind = SERVER_OPTIONS.filter((option) => option.kind === kind)
  return new Map(
    ofKind.flatMap((option) => {
      const value = env[option.variable]
      return value ? [[option, value] as const] : []
    }),
  )
}

/** Empty variables for the options that are set: for processes whose addresses say everything. */
export function withoutOptions(env: Environment): Readonly<Record<string, string>> {
  const set = SERVER_OPTIONS.filter(({ variable }) => env[variable])
  return Object.fromEntries(set.map(({ variable }) => [variable, '']))
}
