import { isInstalled } from '../installed.ts'
import type { Define } from './command-line.ts'

/** A sub-command of `prism-loadtest`. */
export interface CommandEntry {
  readonly name: string
  /** What a user wants to do; the heading in the list of commands. */
  readonly group: string
  /** One line for the list of commands. */
  readonly summary: string
  /** Only the command that is run is loaded. */
  readonly load: () => Promise<Define>
}

const SCENARIOS = 'Test scenarios:'
const REGISTRY = 'Load the registry from the command line:'
const RESULTS = 'Compare and keep results:'

/** All sub-commands, as the help lists them. Each `import` is literal so that a compiler sees it. */
export const COMMANDS: readonly CommandEntry[] = [
  {
    name: 'bench',
    group: SCENARIOS,
    summary: 'run load scenarios and check their SLOs',
    load: async () => (await import('./commands/bench.ts')).bench,
  },
  {
    name: 'capacity',
    group: SCENARIOS,
    summary: 'find the highest rate at which a scenario meets its SLO',
    load: async () => (await import('./commands/capacity.ts')).capacity,
  },
  {
    name: 'gate',
    group: SCENARIOS,
    summary: `find out whether a change made ${isInstalled ? 'scenarios' : 'the registry'} slower`,
    load: async () => (await import('./commands/gate.ts')).gate,
  },
  {
    name: 'register',
    group: REGISTRY,
    summary: 'each request registers an identity',
    load: async () => (await import('./commands/loadtest.ts')).register,
  },
  {
    name: 'enumerate',
    group: REGISTRY,
    summary: 'each request lists the registered identities',
    load: async () => (await import('./commands/loadtest.ts')).enumerate,
  },
  {
    name: 'multicast',
    group: REGISTRY,
    summary: 'each request sends a message to the registered identities',
    load: async () => (await import('./commands/loadtest.ts')).multicast,
  },
  {
    name: 'mixed',
    group: REGISTRY,
    summary: 'each request is one of the three, drawn by percentage',
    load: async () => (await import('./commands/loadtest.ts')).mixed,
  },
  {
    name: 'subscribe',
    group: REGISTRY,
    summary: 'receive and confirm the multicasts of a namespace until Ctrl-C',
    load: async () => (await import('./commands/subscribe.ts')).subscribe,
  },
  {
    name: 'compare',
    group: RESULTS,
    summary: 'show two runs side by side',
    load: async () => (await import('./commands/compare.ts')).compare,
  },
  {
    name: 'trend',
    group: RESULTS,
    summary: 'show how metrics changed, and at which commit',
    load: async () => (await import('./commands/trend.ts')).trend,
  },
  {
    name: 'results',
    group: RESULTS,
    summary: 'list, show, export and merge run files',
    load: async () => (await import('./commands/results.ts')).results,
  },
  {
    name: 'plan',
    group: 'Plan a deployment:',
    summary: 'work out how many servers and processes a demand needs',
    load: async () => (await import('./commands/plan.ts')).plan,
  },
  {
    name: 'access',
    group: 'Plan a deployment:',
    summary: 'print the least rights in Redis and NATS that a role of a tenant needs',
    load: async () => (await import('./commands/access.ts')).access,
  },
]
