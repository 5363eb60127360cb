/**
 * Systems under test, `prism-loadtest/system`: a module whose default export is {@link defineSystem}'s
 * result tells a run how to start, describe and stop the servers that scenarios measure. It runs in the
 * process of Vitest itself, where the test API is unavailable.
 */

export {
  defineSystem,
  hashConfiguration,
  type Server,
  type StartedSystem,
  type System,
  type SystemContext,
  type SystemUnderTest,
} from './environment/system.ts'
export type { Reference } from './environment/reference/reference.ts'
export { EnvironmentError } from './environment/environment-error.ts'
export { freePort } from './environment/free-port.ts'
export { startGuarded, type GuardedProgram, type GuardedStart } from './environment/guard.ts'
