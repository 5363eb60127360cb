import type { MsgHdrs } from '@nats-io/transport-node'
import type { Requests } from '../requests.ts'

/** The code of JetStream's temporary errors. */
const UNAVAILABLE = 503

/** JetStream's answer to a publication. */
export type Stored =
  | { readonly state: 'stored' }
  | { readonly state: 'refused' }
  /** A temporary failure: the stream has no leader, or its files can't be written. */
  | { readonly state: 'unavailable' }
  /** No stream has the subject. */
  | { readonly state: 'no stream' }
  /** No answer in time: the message may be stored. */
  | { readonly state: 'unknown' }

/** Publishes a message to a stream and waits until it is stored. Only that stream's acknowledgement counts. */
export async function store(
  requests: Requests,
  stream: string,
  message: {
    readonly subject: string
    readonly body: Uint8Array | string
    readonly headers?: MsgHdrs
    readonly timeoutMs: number
  },
): Promise<Stored> {
  const answer = await requests.ask<Stored>({
    ...message,
    read: ({ data }) => acknowledgementFrom(data, stream),
  })
  if (answer.state === 'answered') return answer.value
  if (answer.state === 'forbidden') return { state: 'refused' }
  return { state: answer.state === 'no responders' ? 'no stream' : 'unknown' }
}

/** `{"stream":…,"seq":…}` or `{"error":{…},"stream":…}`; `undefined` for anything else. */
function acknowledgementFrom(data: Uint8Array, stream: string): Stored | undefined {
  let said: unknown
  try {
    said = JSON.parse(Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString())
  } catch {
    return undefined
  }
  if (typeof said !== 'object' || said === null) return undefined
  if (!('stream' in said) || said.stream !== stream) return undefined
  if ('error' in said) {
    const { error } = said
    const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : null
    return { state: code === UNAVAILABLE ? 'unavailable' : 'refused' }
  }
  return 'seq' in said && Number.isSafeInteger(said.seq) ? { state: 'stored' } : undefined
}
