import { hostAndPort } from '../../src/environment/addresses.ts'
import type { Command, Step } from './commands.ts'

/** Replacements in a command before it is run, in this order. */
export type Changes = readonly (readonly [pattern: RegExp, replacement: string])[]

/** Changes for commands that run in a copy of the project, with servers started for the tests. */
export function inCopy(servers: { readonly redisUrl: string; readonly natsUrl: string }): Changes {
  return [
    [/(?<= )(-d|--duration)[ =]\d+(?:ms|s|m|h)\b/g, '$1 1s'],
    // Each series is simulated alike.
    [/(?<= --simulate --series )\d+/g, '4'],
    // Too short for a decision about scenarios, but long enough for the gate to report that.
    [/(?<= --budget )\S+/g, '15s'],
    [/\b(?:localhost|127\.0\.0\.1):6379\b/g, hostAndPort(servers.redisUrl)],
    [/\b(?:localhost|127\.0\.0\.1):4222\b/g, hostAndPort(servers.natsUrl)],
  ]
}

/** Changes for commands that run against docker-compose. */
export function inDeployment(machine: {
  /** The monitoring port of NATS: 8222, or another one if that is taken. */
  readonly monitorPort: number
  readonly hasJq: boolean
  readonly isFullLength: boolean
}): Changes {
  return [
    ...(machine.isFullLength ? [] : [[/(?<= -d )\d+s\b/g, '3s'] as const]),
    // There is no terminal.
    [/docker exec -it /g, 'docker exec -i '],
    // The image has redis-cli, and installs no packages when it runs.
    [/\bapk add [\w-]+ && /g, ''],
    ...(machine.hasJq ? [] : [[/ \| jq$/g, ''] as const]),
    [/localhost:8222/g, `localhost:${machine.monitorPort}`],
  ]
}

/** A command as the tests run it. Text typed into a client is passed on standard input. */
export function asRun(command: Command | Step, changes: Changes): string {
  const { text } = command
  const client = 'typedInto' in command ? command.typedInto : null
  const line = client === null ? text : `echo '${text.replaceAll("'", `'\\''`)}' | ${client}`
  return changes.reduce((before, [pattern, to]) => before.replaceAll(pattern, to), line)
}
