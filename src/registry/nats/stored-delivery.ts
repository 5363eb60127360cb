/** One delivery of a stored message, as the server tells it in the subject of the acknowledgement. */
export interface StoredDelivery {
  /** Where the server is told what became of the message. */
  readonly ackSubject: string
  /** The message's place in the stream. */
  readonly sequence: number
  /** How often it was delivered, this time included. */
  readonly attempts: number
}

const COUNT = /^\d{1,15}$/

/**
 * Reads `$JS.ACK.<stream>.<consumer>.<attempts>.<sequence>.…`, or the form with a domain and an account
 * before the stream; `null` for any other subject and for other consumers', so that nothing is ever
 * sent there.
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
