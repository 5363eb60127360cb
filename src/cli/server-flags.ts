import { Option, type Command } from 'commander'
import { InputError } from '../input-error.ts'
import { printable } from '../printable.ts'
import { SERVER_OPTIONS, type ServerOption } from '../environment/server-options.ts'
import type { ServerKind } from '../registry/server-parameters.ts'
import type { HelpBody } from './help-sections.ts'
import { registryOption } from './flags.ts'

/**
 * Gives a command the flags that say how to be admitted to servers. What is typed takes the place of the environment
 * variables, which the processes of a run inherit.
 */
export function addServerFlags(command: Command, kinds: readonly ServerKind[]): void {
  const flags = SERVER_OPTIONS.filter(({ kind, flag }) => kinds.includes(kind) && flag !== null)
  command.optionsGroup('TLS and credentials of the servers:')
  for (const { flag, value, help } of flags) {
    command.addOption(registryOption(new Option(`${flag} <${value}>`, help)))
  }
  command.hook('preAction', () => {
    for (const option of flags) {
      const typed: unknown = command.getOptionValue(keyOf(option))
      if (typeof typed !== 'string') continue
      refuse(option, typed, command)
      for (const other of rivalsOf(option)) {
        if (command.getOptionValue(keyOf(other)) === undefined) process.env[other.variable] = ''
      }
      process.env[option.variable] = typed
    }
  })
}

/** @throws InputError for a flag that would do nothing: without it, a connection may be less secure than it looks. */
function refuse({ flag }: ServerOption, typed: string, command: Command): void {
  if (typed === '') throw new InputError(`${flag}: the value is empty; give one, or omit the flag.`)
  const { backend: chosen, redisAddr, natsServers } = command.opts()
  // Addresses in flags are servers of one's own, whatever the environment says.
  const isNamed = redisAddr !== undefined || natsServers !== undefined
  const takesBackend = command.options.some(({ long }) => long === '--backend')
  const inherited = takesBackend && !isNamed ? process.env['BENCH_BACKEND'] : ''
  const backend = String(chosen ?? (inherited || 'external'))
  if (['external', 'auto'].includes(backend)) return
  throw new InputError(
    `${flag} is for servers of your own, and the backend ${printable(backend)} starts others: omit one of them.`,
  )
}

/** The options that a typed one takes the place of, if the environment sets them. */
function rivalsOf(option: ServerOption): readonly ServerOption[] {
  const groups =
    option.kind === 'redis'
      ? [['password', 'password-file']]
      : [
          ['password', 'password-file', 'token', 'token-file', 'nkey-file', 'creds'],
          ['user', 'token', 'token-file', 'nkey-file', 'creds'],
        ]
  const names = groups.filter((group) => group.includes(option.name)).flat()
  return SERVER_OPTIONS.filter(
    (other) => other.kind === option.kind && other !== option && names.includes(other.name),
  )
}

/** As commander names it: `redisTlsCa`. */
function keyOf({ variable }: ServerOption): string {
  return variable.toLowerCase().replaceAll(/_(\w)/g, (_, letter: string) => letter.toUpperCase())
}

/** The variables for a command's help. */
export function serverVariables(kinds: readonly ServerKind[]): HelpBody {
  const ofKinds = SERVER_OPTIONS.filter(({ kind }) => kinds.includes(kind))
  const secrets = ofKinds.filter(({ flag }) => flag === null)
  return [
    [
      kinds.map((kind) => `${kind.toUpperCase()}_TLS_CA`).join(', '),
      'and so on: the flags for TLS and credentials',
    ],
    [secrets.map(({ variable }) => variable).join(', '), 'secrets, for which there are no flags'],
  ]
}
