import { cutOff } from '../../load/short-text.ts'
import type { ShownSpan } from './shown-span.ts'

/** The name of the span from when a request was due until it was started. */
export const WAIT = 'wait for generator'
/** The registry's span of a call that waits for the local copy of the registrations; see `docs/telemetry.md`. */
export const REPLICA_WAIT = 'wait for replica'
/** The name of the span of a pause of the load's process, in which it saw no answer. */
export const PAUSE = 'generator paused'
/** The name of the span of a pause of a receivers' process, in which no handler got a message. */
export const RECEIVERS_PAUSE = 'receivers paused'

/** In UTF-16 units; longer names of systems are cut. */
const MAX_NAME = 40

/**
 * The part of a request's time that a span belongs to, by the names of `TracedRequest.parts`: `generator`, `handlers`,
 * `receivers`, `replica`, `other`, or the system of a client's span. Never empty.
 */
export function partOfSpan({ name, kind, attributes }: ShownSpan): string {
  if (name === WAIT || name === PAUSE) return 'generator'
  if (name === REPLICA_WAIT) return 'replica'
  if (name === RECEIVERS_PAUSE) return 'receivers'
  switch (kind) {
    case 'consumer':
      return 'handlers'
    case 'producer':
      return systemOf(attributes, ['messaging.system']) ?? 'messaging'
    case 'client':
      return (
        systemOf(attributes, ['db.system.name', 'db.system', 'messaging.system']) ??
        (attributes.has('http.request.method') || attributes.has('http.method')
          ? 'http'
          : (systemOf(attributes, ['rpc.system']) ?? 'other'))
      )
    case 'internal':
    case 'server':
      return 'other'
  }
}

/** The first of these attributes that says something. */
function systemOf(
  attributes: ShownSpan['attributes'],
  keys: readonly string[],
): string | undefined {
  const name = keys.map((key) => attributes.get(key)?.trim()).find((value) => value)
  return name === undefined ? undefined : cutOff(name, MAX_NAME)
}
