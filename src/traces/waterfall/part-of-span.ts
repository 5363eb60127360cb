import type { ShownSpan } from './shown-span.ts'

/** The name of the span from when a request was due until it was started. */
export const WAIT = 'wait for generator'

/**
 * The part of a request's time that a span belongs to, by the names of `TracedRequest.parts`: `generator`, `handlers`,
 * `other`, or the system of a client's span.
 */
export function partOfSpan({ name, kind, attributes }: ShownSpan): string {
  if (name === WAIT) return 'generator'
  switch (kind) {
    case 'consumer':
      return 'handlers'
    case 'producer':
      return attributes.get('messaging.system') ?? 'messaging'
    case 'client':
      return (
        attributes.get('db.system.name') ??
        attributes.get('db.system') ??
        attributes.get('messaging.system') ??
        (attributes.has('http.request.method') || attributes.has('http.method')
          ? 'http'
          : (attributes.get('rpc.system') ?? 'other'))
      )
    case 'internal':
    case 'server':
      return 'other'
  }
}
