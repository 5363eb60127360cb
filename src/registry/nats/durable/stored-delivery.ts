/** One delivery of a stored message, parsed from its acknowledgement subject. */
export interface StoredDelivery {
  /** The subject for the acknowledgement. */
  readonly ackSubject: string
  /** The message's sequence number in the stream. */
  readonly sequence: number
  /** The number of deliveries, including this one. */
  readonly attempts: number
}

const COUNT = /^\d{1,15}$/

/**
 * Parses `$JS.ACK.<stream>.<consumer>.<attempts>.<sequence>.…`, or the form with a domain and an account
 * before the stream; `null` for any other subject or consumer, so nothing is ever sent there.
 */
export function storedDeliveryOf(
  ackSubject: string,
  stream: string,
  consumer: string,
): StoredDelivery | null {
  const words = ackSubject.split('.')
  const at = words.length === 9 ? 2 : 4
  const [attempts = '', sequence = ''] = words.slice(at + 2)
  const own = words[0] === '$JS' && words[1] === 'ACK' && words[at] === stream
  if (words.length < 9 || !own || words[at + 1] !== consumer) return null
  if (!COUNT.test(attempts) || !COUNT.test(sequence)) return null
  return { ackSubject, sequence: Number(sequence), attempts: Number(attempts) }
}
