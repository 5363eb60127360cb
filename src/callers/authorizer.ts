import type { Filter } from '../registry/filter/filter.ts'
import type { Metadata } from '../registry/registration.ts'
import type { Operation } from './operation.ts'

/** Who asks. */
export interface Principal {
  /** Who it is, unique within the issuer. */
  readonly subject: string
  /** Who says so; `null` if nobody else does. */
  readonly issuer: string | null
}

/**
 * What a caller asks for.
 * @typeParam Credentials what callers prove themselves with, such as the text of a token.
 */
export interface AccessQuestion<Credentials> {
  readonly credentials: Credentials
  readonly operation: Operation
  readonly namespace: string
  /** The identities it concerns; empty if it concerns none or a pattern. */
  readonly identities: readonly string[]
  /** The pattern of identities that `subscribeMatching` receives for; otherwise `null`. */
  readonly pattern: string | null
  /** Dotted paths of the metadata that filter and order read. */
  readonly fields: readonly string[]
  /**
   * A copy of the metadata to register; only with `register`. Spreading the question leaves it out, so an authorizer that asks
   * another hands it on by name.
   */
  readonly metadata?: Metadata | undefined
}

/**
 * The answer. One with a member that is not listed here, or is `undefined`, denies: a mistyped `hiddenFields`, or one looked up in
 * vain, would hide nothing.
 */
export type Decision =
  | {
      readonly allowed: true
      readonly principal: Principal
      /**
       * The caller lists, watches and sends to only registrations that match this too, and registers only metadata that
       * matches it. Default: all.
       */
      readonly filter?: Filter
      /** Dotted paths of metadata that the caller neither sees, also in arrays, nor can ask about. Default: none. */
      readonly hiddenFields?: readonly string[]
      /** For how long it holds, in ms: watches and subscriptions end then. Default: for ever. */
      readonly validForMs?: number
    }
  | {
      readonly allowed: false
      /** `null`: nobody knows who asked. */
      readonly principal: Principal | null
      /** Goes to the caller: one sentence that shows nothing about registrations, and no part of the credentials. */
      readonly reason: string
    }

/** Decides what callers may do. It is asked for each call, so it should answer at once if it can. */
export interface Authorizer<Credentials> {
  decide(question: AccessQuestion<Credentials>): Decision | PromiseLike<Decision>
}
