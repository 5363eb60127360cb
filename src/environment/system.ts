import { createHash } from 'node:crypto'
import { printable } from '../printable.ts'
import type { Reference } from './reference/reference.ts'

/** A server that scenarios measure. */
export interface Server {
  /** Such as `PostgreSQL`; unique within a system. */
  readonly name: string
  /** The version that the server reports, such as `16.4`. */
  readonly version: string
  /** Such as `postgres://user:password@127.0.0.1:5432/shop`; reports hide user, password and query. */
  readonly addresses: readonly string[]
  /** How many servers it consists of and how they relate, such as `cluster of 3 primaries and 3 replicas`. Default: a single one. */
  readonly topology?: string | undefined
}

/** The system under test, as plain data. */
export type SystemUnderTest =
  | {
      /** `external`: running before the run. `containers`, `programs`: started for it. */
      readonly kind: 'external' | 'containers' | 'programs'
      /** At least one. */
      readonly servers: readonly Server[]
      /** 16 hex digits, equal for servers configured alike, see `hashConfiguration`; `null` if unknown. */
      readonly configurationHash: string | null
    }
  /** In-process stand-ins; `notice` says in one sentence that no real server is measured, why, and the remedy. */
  | { readonly kind: 'memory'; readonly notice: string }
  /** Nothing was started or named: scenarios connect to their system themselves. */
  | { readonly kind: 'undeclared' }

/** A system that is ready to be measured. */
export type StartedSystem = Exclude<SystemUnderTest, { kind: 'undeclared' }> & {
  /**
   * Plain data for scenarios, which read it by `inject('name')`; declare its type by
   * `declare module 'vitest' { interface ProvidedContext { name: … } }`.
   */
  readonly provide?: Readonly<Record<string, unknown>>
  /** npm packages by which scenarios reach the system, such as `pg`; run files record their versions. */
  readonly clients?: readonly string[]
  /**
   * Measures round trips that the code under test doesn't affect, before the first scenario, so that
   * trends can tell a slow machine from slow code. A rejection is reported, and the run goes on without.
   */
  readonly measureReference?: () => Promise<Reference>
  /**
   * Stops what `start` started; called once, however the run ends, unless the process is killed.
   * Default: nothing to stop.
   */
  readonly stop?: () => Promise<void>
}

/** The context of a system's start. */
export interface SystemContext {
  readonly env: Readonly<Record<string, string | undefined>>
  /** Shows a sentence to the user; for whatever takes more than a few seconds. */
  readonly onProgress: (message: string) => void
  /** Aborted by Ctrl-C, SIGTERM and a closed terminal: then stop everything started so far, and reject. */
  readonly signal: AbortSignal
}

/** A system under test: how its servers are found or started, and stopped. */
export interface System {
  /**
   * Called once per run, before any scenario, in the process that runs Vitest.
   * @throws EnvironmentError if the system is unavailable: its message is printed, and the run ends with
   *   exit code 2. Any other error is printed with its stack, also with exit code 2.
   */
  readonly start: (context: SystemContext) => Promise<StartedSystem>
}

/** Types a system; see `docs/any-system.md`. Modules that use it must not import Vitest. */
export function defineSystem(system: System): System {
  return system
}

/**
 * 16 hex digits that are equal for equal settings, in any order.
 * @param settings plain data without addresses, folders, process ids and secrets.
 */
export function hashConfiguration(settings: Readonly<Record<string, unknown>>): string {
  const sorted = Object.entries(settings).toSorted(([a], [b]) => (a < b ? -1 : 1))
  return createHash('sha256').update(JSON.stringify(sorted)).digest('hex').slice(0, 16)
}

/** The system under test in words, such as `Redis 7.0.15 and NATS 2.9.10 (programs)`. */
export function systemText(system: SystemUnderTest): string {
  switch (system.kind) {
    case 'memory':
      return 'in-process memory: no server is measured'
    case 'undeclared':
      return 'undeclared system: no server was started'
    default:
      return `${serversText(system)} (${system.kind})`
  }
}

/** `Redis 7.0.15 and NATS 2.9.10`, each with its topology if it is no single server; harmless to print. */
export function serversText({ servers }: { readonly servers: readonly Server[] }): string {
  return LIST.format(
    servers.map(({ name, version, topology }) =>
      printable(`${name} ${version}${topology === undefined ? '' : ` (${topology})`}`),
    ),
  )
}

const LIST = new Intl.ListFormat('en-GB')
