import { commandOf, type Process } from './processes.ts'

/** The processes that faults affect. */
export type Victim = 'redis' | 'nats' | 'subscriber' | 'worker' | 'main' | 'npm'

/** The processes of this project's commands, and how to recognise each. */
const COMMANDS: Readonly<Record<Victim, RegExp>> = {
  npm: /^npm |^\S*node \S*\/npm /,
  // Until it sets a title, its arguments equal those of npm's shell.
  main: /^(\S*node \S*start\.mjs |prism-loadtest$)/,
  worker: /^\S*node .*vitest\/dist\/workers\/forks/,
  subscriber: /^\S*node .*subscriber-process\.ts/,
  redis: /^\S*redis-server /,
  nats: /^\S*nats-server /,
}

/** The victim among a run's processes; `null` before it has started. */
export function findVictim(victim: Victim, family: readonly Process[]): Process | null {
  return family.find((candidate) => COMMANDS[victim].test(commandOf(candidate))) ?? null
}
