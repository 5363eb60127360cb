import { createInbox, type Msg } from '@nats-io/transport-node'
import { setTimeout as delay } from 'node:timers/promises'
import { RegistryError } from '../errors.ts'
import { parseIdentityPattern } from '../identity-pattern.ts'
import { Warnings } from '../warnings.ts'
import { ConnectionPool } from './connections.ts'
import { receivedHeaders } from './wire.ts'
import type { Reply } from './reply.ts'
import type { Subjects } from './subjects.ts'

/** A messenger that hosts every identity that matches a pattern. */
export interface PatternHost {
  /** The gateway for the registrations of these identities. */
  readonly gateway: string
  readonly pattern: string
}

/** How long hosts may take to answer, in ms. */
const FIRST_ANSWER_MS = 2_000
/** How long to wait for another answer after each one, in ms. */
const NEXT_ANSWER_MS = 200
const CONNECT_TIMEOUT_MS = 5_000

/** How long to wait for all answers, in ms. */
const ALL_ANSWERS_MS = 10_000
/** Maximum number of answers. */
const MAX_ANSWERS = 10_000
/** Maximum size of an answer, in bytes. */
const MAX_ANSWER_BYTES = 4_096

/** Answers a request for pattern hosts. */
export function answerPatternHost(reply: Reply, host: PatternHost): void {
  reply.send(JSON.stringify(host))
}

/**
 * Finds the running pattern hosts of a namespace. Without any, the server says so at once; the first host
 * has `FIRST_ANSWER_MS` to answer, and each further one `NEXT_ANSWER_MS`, up to `ALL_ANSWERS_MS` and
 * `MAX_ANSWERS`. Answers without a gateway of the namespace or a valid pattern are ignored.
 * @throws RegistryError `UNAVAILABLE` within 5 s if NATS is unreachable, or at once if it does not permit to ask.
 */
export async function findPatternHosts(
  servers: readonly string[],
  subjects: Subjects,
): Promise<readonly PatternHost[]> {
  const ended = new AbortController()
  let denial: string | undefined
  const warnings = new Warnings(({ code, message }) => {
    if (code === 'PERMISSION_DENIED') denial = message
    ended.abort()
  })
  const pool = await ConnectionPool.open({
    servers,
    warnings,
    connections: 1,
    connectTimeoutMs: CONNECT_TIMEOUT_MS,
    inboxPrefix: subjects.inboxPrefix,
  })
  try {
    const connection = pool.pick()
    if (connection === undefined) throw pool.unavailable()
    const { nats } = connection
    const inbox = createInbox(subjects.inboxPrefix)
    const hosts: PatternHost[] = []
    const end = performance.now() + ALL_ANSWERS_MS
    let until = performance.now() + FIRST_ANSWER_MS
    nats.subscribe(inbox, {
      callback: (error, answer) => {
        if (error !== null || hosts.length >= MAX_ANSWERS || isNobodyThere(answer)) ended.abort()
        if (ended.signal.aborted) return
        const host = readAnswer(answer, subjects)
        if (host !== null) hosts.push(host)
        until = Math.min(performance.now() + NEXT_ANSWER_MS, end)
      },
    })
    nats.publish(subjects.patternHosts(), '', { reply: inbox })
    while (!ended.signal.aborted && performance.now() < until) {
      await delay(20, undefined, { signal: ended.signal }).catch(() => {})
    }
    if (denial !== undefined) throw new RegistryError('UNAVAILABLE', denial)
    return hosts
  } finally {
    await pool.close()
  }
}

function isNobodyThere(answer: Msg): boolean {
  return answer.data.length === 0 && receivedHeaders(answer)?.code === 503
}

function readAnswer(answer: Msg, subjects: Subjects): PatternHost | null {
  if (answer.data.length > MAX_ANSWER_BYTES) return null
  try {
    const { gateway, pattern } = answer.json<Partial<PatternHost>>()
    if (typeof gateway !== 'string' || !subjects.isGateway(gateway)) return null
    if (typeof pattern !== 'string') return null
    return { gateway, pattern: parseIdentityPattern(pattern).text }
  } catch {
    return null
  }
}
