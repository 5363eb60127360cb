import * as z from 'zod'

/** What parties must agree on, by name, such as the commit. */
export type Facts = Readonly<Record<string, string>>

const instance = z.string().regex(/^[\w-]{8,64}$/)
const shard = z.int().min(1).max(9_999)
const id = z.string().regex(/^[\w-]{8,64}$/)
const ms = z.number().min(0).max(3_600_000)
const facts = z.record(z.string().min(1).max(50), z.string().max(300))

const messageSchema = z.discriminatedUnion('kind', [
  /** The party waits. Repeated, because NATS keeps no messages for those who come later. */
  z.strictObject({ kind: z.literal('ready'), instance, shard, facts }),
  /** From shard 1, when it has heard all. `inMs` counts from the arrival of this message. */
  z.strictObject({ kind: z.literal('go'), instance, id, inMs: ms }),
  /** The answer to `go`. */
  z.strictObject({ kind: z.literal('going'), instance, shard, id }),
  /** From shard 1, when all have answered. Without it, nobody starts. */
  z.strictObject({ kind: z.literal('confirmed'), instance, id, skewMs: ms }),
  /** Ends the wait of all. */
  z.strictObject({ kind: z.literal('stop'), instance, reason: z.string().min(1).max(1_000) }),
])

/** What the parties of a barrier tell each other. Everybody receives all messages, their own included. */
export type BarrierMessage = Readonly<z.infer<typeof messageSchema>>

const MAX_FACTS = 20
const MAX_BYTES = 8_192

/** Anybody who may publish in NATS can write anything: `null` unless it is a message of a barrier. */
export function readBarrierMessage(bytes: Uint8Array): BarrierMessage | null {
  if (bytes.length > MAX_BYTES) return null
  try {
    const { data } = messageSchema.safeParse(JSON.parse(new TextDecoder().decode(bytes)))
    if (data === undefined) return null
    const isTooMuch = data.kind === 'ready' && Object.keys(data.facts).length > MAX_FACTS
    return isTooMuch ? null : data
  } catch {
    return null
  }
}
