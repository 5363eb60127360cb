import { headers, type MsgHdrs } from '@nats-io/transport-node'

const NONE = headers()

/**
 * The headers of a received message, none if it has none; `null` if they can't be decoded. Any client
 * may send bytes that are not headers, and the library decodes them when they are first read, so this
 * is the only place that reads `Msg.headers`.
 */
export function receivedHeaders(message: {
  readonly headers?: MsgHdrs | undefined
}): MsgHdrs | null {
  try {
    return message.headers ?? NONE
  } catch {
    return null
  }
}
