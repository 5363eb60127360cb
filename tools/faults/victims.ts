import { commandOf, type Process } from './processes.ts'

/** The processes that faults affect. */
export type Victim = 'redis' | 'nats' | 'subscriber' | 'worker' | 'main' | 'npm'

/** The processes that a command of this project consists of, and how each is known. */
const COMMANDS: Readonly<Record<Victim, RegExp>> = {
  npm: /^npm |^\S*node \S*\/npm /,
  // Its arguments are those of npm's shell as well, until it gives itself a title.
  main: /^(\S*node \S*start\.mjs |prism-loadtest$)/,
  worker: /^\S*node .*vitest\/dist\/workers\/forks/,
  subscriber: /^\S*node .*subscriber-process\.ts/,
  redis: /^\S*redis-server /,
  nats: /^\S*nats-server /,
}

/** The victim among the processes of a run; `null` while it isn't there. */
export function findVictim(victim: Victim, family: readonly Process[]): Process | null {
  return family.find((candidate) => COMMANDS[victim].test(commandOf(candidate))) ?? null
}
