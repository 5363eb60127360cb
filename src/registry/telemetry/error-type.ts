import { RegistryError, type RegistryErrorCode } from '../errors.ts'

/**
 * The kind of a failure, for `error.type`: the code of a `RegistryError`, or `ABORTED`. Calls reject with nothing else but
 * the reason of their signal, which may be any value.
 */
export type ErrorType = RegistryErrorCode | 'ABORTED'

/** The kind of what a call of the registry rejected with. */
export function errorTypeOf(error: unknown): ErrorType {
  return error instanceof RegistryError ? error.code : 'ABORTED'
}
