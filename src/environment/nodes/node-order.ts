import * as z from 'zod'

/** What the process that started the servers can be asked to do with one of them. */
export const NODE_ACTIONS = [
  'kill',
  'pause',
  'resume',
  'restart',
  'drain',
  'partition',
  'rejoin',
] as const

export type NodeAction = (typeof NODE_ACTIONS)[number]

/** One request on the control socket. It comes from another process, so it is checked. */
export const nodeOrderSchema = z.union([
  z.strictObject({
    action: z.enum(NODE_ACTIONS),
    node: z.string().max(64),
    data: z.enum(['kept', 'lost']).default('kept'),
  }),
  /** `persist`: write to disk until restored. `restore`: every node runs, as at the beginning. */
  z.strictObject({ action: z.enum(['persist', 'restore']) }),
])

export type NodeOrder = z.input<typeof nodeOrderSchema>

/** The only line that is answered; the connection ends with it. */
export const nodeAnswerSchema = z.union([
  z.strictObject({ done: z.literal(true) }),
  /** What was wrong, in a sentence. */
  z.strictObject({ refused: z.string() }),
])

export type NodeAnswer = z.infer<typeof nodeAnswerSchema>

/** Longest request and answer, in bytes. */
export const MAX_ORDER_BYTES = 4_096
