import { RegistryError } from '../registry/errors.ts'
import type { RegistryLimits } from '../registry/limits.ts'
import type { CheckedMetadata } from '../registry/metadata.ts'
import type { Metadata } from '../registry/registration.ts'
import { shortened } from '../registry/text.ts'
import type { AuditTrail } from './audit-trail.ts'
import type { AccessQuestion, Authorizer, Principal } from './authorizer.ts'
import type { Operation } from './operation.ts'
import { CREDENTIALS_ENDED, rulingOf, UNDECIDED, type Ruling } from './ruling.ts'

/** A call that is let through; `null`: as it is, because nothing is enforced. */
export type Permit = Extract<Ruling, { allowed: true }> | null

export interface EnforcementSettings<Credentials> {
  readonly authorizer: Authorizer<Credentials>
  readonly audit: AuditTrail | null
  readonly enforce: boolean
  readonly decideWithinMs: number
  readonly namespace: string
  readonly limits: RegistryLimits
}

type Question = AccessQuestion<unknown>

/** What a call is about. */
export type About = Partial<Pick<Question, 'identities' | 'pattern' | 'fields'>> & {
  /** The metadata to register. */
  readonly checked?: CheckedMetadata
}

const NONE: readonly string[] = []
/** Identities and fields in an audit record. */
const RECORDED = 10

class AskedQuestion<Credentials> implements AccessQuestion<Credentials> {
  readonly credentials: Credentials
  readonly operation: Operation
  readonly namespace: string
  readonly identities: readonly string[]
  readonly pattern: string | null
  readonly fields: readonly string[]
  readonly #checked: CheckedMetadata | null

  constructor(credentials: Credentials, operation: Operation, namespace: string, about: About) {
    this.credentials = credentials
    this.operation = operation
    this.namespace = namespace
    this.identities = about.identities ?? NONE
    this.pattern = about.pattern ?? null
    this.fields = about.fields ?? NONE
    this.#checked = about.checked ?? null
  }

  get metadata(): Metadata | undefined {
    return this.#checked?.metadata
  }
}

/** Asks the authorizer, records what it decides, and denies what it doesn't allow. */
export class EnforcementPoint<Credentials> {
  readonly #settings: EnforcementSettings<Credentials>

  constructor(settings: EnforcementSettings<Credentials>) {
    this.#settings = settings
  }

  get limits(): RegistryLimits {
    return this.#settings.limits
  }

  /**
   * Lets a call through.
   * @returns at once if the authorizer decides at once, or if nothing is enforced.
   * @throws RegistryError `FORBIDDEN`; or rejects with it.
   */
  admit(credentials: Credentials, operation: Operation, about: About): Permit | Promise<Permit> {
    const { authorizer, namespace, enforce } = this.#settings
    const question = new AskedQuestion(credentials, operation, namespace, about)
    const startedAtMs = performance.now()
    const finish = (ruling: Ruling): Permit => this.#finish(question, ruling, startedAtMs)
    let decision: unknown
    try {
      decision = authorizer.decide(question)
    } catch {
      return finish(UNDECIDED)
    }
    if (!isThenable(decision)) return finish(rulingOf(decision, question, this.limits))
    const finished = this.#inTime(decision, question).then(finish)
    return enforce ? finished : null
  }

  /** Records that something which was permitted ends, because the decision no longer holds. */
  recordEnd(operation: Operation, principal: Principal, about: About): void {
    const { namespace } = this.#settings
    const question = new AskedQuestion(null, operation, namespace, about)
    this.#record(
      question,
      { allowed: false, principal, reason: CREDENTIALS_ENDED },
      performance.now(),
    )
  }

  async #inTime(decision: PromiseLike<unknown>, question: Question): Promise<Ruling> {
    const { promise: late, resolve } = Promise.withResolvers<Ruling>()
    const timer = setTimeout(resolve, this.#settings.decideWithinMs, UNDECIDED)
    const decided = (async () => rulingOf(await decision, question, this.limits))()
    try {
      return await Promise.race([decided.catch(() => UNDECIDED), late])
    } finally {
      clearTimeout(timer)
    }
  }

  #finish(question: Question, ruling: Ruling, startedAtMs: number): Permit {
    this.#record(question, ruling, startedAtMs)
    if (!this.#settings.enforce) return null
    if (ruling.allowed) return ruling
    throw new RegistryError('FORBIDDEN', `${question.operation} is not allowed: ${ruling.reason}`)
  }

  #record(question: Question, ruling: Ruling, startedAtMs: number): void {
    const { audit, enforce, namespace } = this.#settings
    if (audit === null) return
    const { operation, identities, pattern, fields } = question
    audit.add({
      at: Date.now(),
      principal: ruling.principal,
      operation,
      namespace,
      identities: identities.length > RECORDED ? identities.slice(0, RECORDED) : identities,
      identityCount: identities.length,
      pattern,
      fields: recordedFields(fields),
      allowed: ruling.allowed,
      reason: ruling.allowed ? null : ruling.reason,
      enforced: enforce,
      durationMs: performance.now() - startedAtMs,
    })
  }
}

/** Names of fields may be as long as a caller likes. */
function recordedFields(fields: readonly string[]): readonly string[] {
  return fields.length === 0 ? fields : fields.slice(0, RECORDED).map((field) => shortened(field))
}

/** The error of what was permitted until its credentials ended. */
export function credentialsEnded(operation: Operation): RegistryError {
  return new RegistryError(
    'FORBIDDEN',
    `${operation} has ended: ${CREDENTIALS_ENDED}. Call it again with new ones.`,
  )
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  try {
    return (
      typeof value === 'object' &&
      value !== null &&
      'then' in value &&
      typeof value.then === 'function'
    )
  } catch {
    return false
  }
}
