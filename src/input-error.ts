/** A figure in a scenario, a flag or the environment that makes no sense. The message says which, and what would. */
export class InputError extends Error {
  override readonly name = 'InputError'
}
