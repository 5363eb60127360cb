import { createInbox, type Msg } from '@nats-io/transport-node'
import { setTimeout as delay } from 'node:timers/promises'
import { ConnectionPool } from './connections.ts'
import type { Subjects } from './subjects.ts'

/** A messenger that hosts all identities that match a pattern. */
export interface PatternHost {
  /** To be named in the registrations of these identities. */
  readonly gateway: string
  readonly pattern: string
}

/** How long hosts that the server knows of may take to answer, in ms. */
export const FIRST_ANSWER_MS = 2_000
/** How long after an answer another one is waited for, in ms. */
export const NEXT_ANSWER_MS = 200
const CONNECT_TIMEOUT_MS = 5_000

/** Answers a question for hosts. */
export function answerPatternHost(question: Msg, host: PatternHost): void {
  try {
    question.respond(JSON.stringify(host))
  } catch {
    // The connection closed meanwhile: this host is no longer to be found.
  }
}

/**
 * The pattern hosts of a namespace that are running, one entry each. Where there is none, the
 * server says so at once; a host has `FIRST_ANSWER_MS` to answer, and each further one `NEXT_ANSWER_MS`.
 * @throws RegistryError `UNAVAILABLE` if NATS can't be reached, within 5 s.
 */
export async function findPatternHosts(
  servers: readonly string[],
  subjects: Subjects,
): Promise<readonly PatternHost[]> {
  const pool = await ConnectionPool.open({
    servers,
    connections: 1,
    connectTimeoutMs: CONNECT_TIMEOUT_MS,
  })
  try {
    const connection = pool.pick()
    if (connection === undefined) throw pool.unavailable()
    const { nats } = connection
    const inbox = createInbox()
    const hosts: PatternHost[] = []
    let until = performance.now() + FIRST_ANSWER_MS
    const ended = new AbortController()
    nats.subscribe(inbox, {
      callback: (error, answer) => {
        if (error !== null || answer.headers?.code === 503) return ended.abort()
        const host = readAnswer(answer)
        if (host !== null) hosts.push(host)
        until = performance.now() + NEXT_ANSWER_MS
      },
    })
    nats.publish(subjects.patternHosts(), '', { reply: inbox })
    while (!ended.signal.aborted && performance.now() < until) {
      await delay(20, undefined, { signal: ended.signal }).catch(() => {})
    }
    return hosts
  } finally {
    await pool.close()
  }
}

function readAnswer(answer: Msg): PatternHost | null {
  try {
    const { gateway, pattern } = answer.json<Partial<PatternHost>>()
    return typeof gateway === 'string' && typeof pattern === 'string' ? { gateway, pattern } : null
  } catch {
    return null
  }
}
