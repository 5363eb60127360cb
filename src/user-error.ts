import { EXIT, type ExitCode } from './exit-code.ts'

/**
 * An error that a user can cause and fix. The message names the problem, its place and the remedy; it
 * is all that a command prints before it exits with `exitCode`. Any other error is unexpected and
 * exits with 2.
 */
export class UserError extends Error {
  override readonly name: string = 'UserError'
  readonly exitCode: ExitCode

  constructor(message: string, options: ErrorOptions & { readonly exitCode?: ExitCode } = {}) {
    super(message, options)
    this.exitCode = options.exitCode ?? EXIT.broken
  }
}
