import { isPlainObject } from '../registry/json-check.ts'
import { defaultLimits, type RegistryLimits } from '../registry/limits.ts'
import type { FilterNode } from '../registry/filter/ast.ts'
import { compileFilter } from '../registry/filter/compile.ts'
import { parseFilter } from '../registry/filter/parse.ts'
import type { AccessQuestion, Principal } from './authorizer.ts'
import { HiddenFields } from './hidden-fields.ts'

/** A decision that was checked. */
export type Ruling =
  | {
      readonly allowed: true
      readonly principal: Principal
      /** What else registrations must match; `null`: nothing. */
      readonly filter: FilterNode | null
      readonly hidden: HiddenFields
      /** In ms; `Infinity` for ever. */
      readonly validForMs: number
    }
  | { readonly allowed: false; readonly principal: Principal | null; readonly reason: string }

/** Why nothing is allowed any more. */
export const CREDENTIALS_ENDED = 'the credentials have ended'
const NO_DECISION = 'it was not decided whether it is allowed'
const MEMBERS = new Set(['allowed', 'principal', 'reason', 'filter', 'hiddenFields', 'validForMs'])
const NOTHING_HIDDEN = new HiddenFields([])
const MAX_REASON = 500

/** The ruling in place of a decision that failed, or didn't come in time. Why goes to nobody: it may hold secrets. */
export const UNDECIDED: Ruling = { allowed: false, principal: null, reason: NO_DECISION }

/**
 * The ruling of a decision. Whatever isn't a whole decision denies, and so does one that a question for
 * hidden fields, or for more than a filter lets through, goes beyond. Never throws.
 */
export function rulingOf(
  decision: unknown,
  question: AccessQuestion<unknown>,
  limits: RegistryLimits = defaultLimits,
): Ruling {
  try {
    return readDecision(decision, question, limits)
  } catch {
    return UNDECIDED
  }
}

function readDecision(
  decision: unknown,
  question: AccessQuestion<unknown>,
  limits: RegistryLimits,
): Ruling {
  if (!isPlainObject(decision)) return UNDECIDED
  // A restriction that is undefined was meant to be one: its source had none.
  const isKnown = (name: string): boolean => MEMBERS.has(name) && decision[name] !== undefined
  if (!Object.keys(decision).every(isKnown)) return UNDECIDED
  const { allowed, reason, filter, hiddenFields = [], validForMs = Infinity } = decision
  const principal = principalOf(decision['principal'])
  if (allowed === false) {
    const isText = typeof reason === 'string' && reason !== ''
    return { allowed, principal, reason: isText ? reason.slice(0, MAX_REASON) : NO_DECISION }
  }
  if (allowed !== true || principal === null || !arePaths(hiddenFields)) return UNDECIDED
  if (typeof validForMs !== 'number' || Number.isNaN(validForMs)) return UNDECIDED
  const denied = (why: string): Ruling => ({ allowed: false, principal, reason: why })
  if (validForMs <= 0) return denied(CREDENTIALS_ENDED)
  const hidden = hiddenFields.length === 0 ? NOTHING_HIDDEN : new HiddenFields(hiddenFields)
  const secret = question.fields.find((field) => hidden.touches(field))
  if (secret !== undefined) return denied(`the field ${JSON.stringify(secret)} is hidden`)
  if (filter === undefined) return { allowed, principal, filter: null, hidden, validForMs }
  if (question.operation === 'clear') return denied('only a part of the namespace is visible')
  const node = parseFilter(filter, limits)
  if (question.metadata !== undefined && !compileFilter(node).matches(question.metadata)) {
    return denied('the metadata is outside of what is visible')
  }
  return { allowed, principal, filter: node, hidden, validForMs }
}

function principalOf(value: unknown): Principal | null {
  if (!isPlainObject(value)) return null
  const { subject, issuer } = value
  if (typeof subject !== 'string' || subject === '') return null
  return typeof issuer === 'string' || issuer === null ? { subject, issuer } : null
}

function arePaths(value: unknown): value is readonly string[] {
  return (
    Array.isArray(value) &&
    value.every((each) => typeof each === 'string' && !each.split('.').includes(''))
  )
}
