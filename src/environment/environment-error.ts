/**
 * The servers a run needs can't be had, or the settings that name them are wrong. The message says
 * what was wrong, where, and what to do, and holds no password. Exit code 2.
 */
export class EnvironmentError extends Error {
  override readonly name = 'EnvironmentError'
}
