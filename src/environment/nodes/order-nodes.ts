import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { EnvironmentError } from '../environment-error.ts'
import { nodeAnswerSchema, type NodeOrder } from './node-order.ts'

/** A node that doesn't do what it is asked to within this time, in ms, won't. */
const TIMEOUT_MS = 60_000

/**
 * Asks the process that started this run's servers to break or restore some.
 * @throws EnvironmentError if that is impossible, or the process is gone.
 */
export async function orderNodes(controlPath: string, order: NodeOrder): Promise<void> {
  const what = 'node' in order ? `${order.action} ${order.node}` : `${order.action} all servers`
  const connection = connect(controlPath)
  connection.setTimeout(TIMEOUT_MS, () => {
    connection.destroy(new Error(`no answer within ${TIMEOUT_MS / 1_000} s`))
  })
  connection.write(`${JSON.stringify(order)}\n`)
  const answered = await text(connection).catch((error: unknown) => {
    const reason = error instanceof Error ? error.message : String(error)
    throw new EnvironmentError(`Can't ${what}: the process that started them is gone: ${reason}.`)
  })
  const answer = nodeAnswerSchema.safeParse(parsed(answered))
  if (!answer.success) throw new EnvironmentError(`Can't ${what}: the answer is not a valid one.`)
  if ('refused' in answer.data) throw new EnvironmentError(`Can't ${what}: ${answer.data.refused}`)
}

function parsed(answered: string): unknown {
  try {
    return JSON.parse(answered)
  } catch {
    return null
  }
}
