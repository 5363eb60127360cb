import { createServer, type Socket } from 'node:net'
import { constants, setPriority } from 'node:os'
import { nowMs } from '../../../../src/load/clock.ts'
import { ArrivalTimes } from './arrival-times.ts'
import { dueIn, stallOf, totalMs } from './judged-load.ts'
import { RequestEnds } from './request-ends.ts'
import type { JudgeMessage, JudgeSettings } from './start-judge.ts'

/**
 * The program of a judge: an HTTP/1.1 server on its own loopback port that records when each
 * request arrives, by its own clock, and answers after a known time. It supports no more of HTTP than
 * GET with keep-alive, so that nothing delays the clock reading. It exits with its parent,
 * however that exits.
 */
const ANSWER = Buffer.from('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok')
/** Detects generators that send too much, without waiting for them. */
const ROOM = 2

const { load, answerAfterMs }: JudgeSettings = JSON.parse(process.argv[2] ?? '')
const stall = stallOf(load)
const arrivals = new ArrivalTimes(ROOM * dueIn(load, 0, totalMs(load)) + 1)
let firstAtMs = 0
/** Sockets to answer once all arrivals so far have been noted, one entry per request. */
let answerable: Socket[] = []
let held: Socket[] = []

const tell = (message: JudgeMessage): void => void process.send?.(message)

const server = createServer({ noDelay: true }, (socket) => {
  const ends = new RequestEnds()
  socket.on('error', () => socket.destroy())
  socket.on('data', (chunk) => {
    const now = nowMs()
    for (let requests = ends.count(chunk); requests > 0; requests--) arrive(socket, now)
  })
})

function arrive(socket: Socket, now: number): void {
  if (arrivals.count === 0) {
    firstAtMs = now
    tell({ kind: 'first', atMs: now })
  }
  arrivals.add(now)
  const sinceFirstMs = now - firstAtMs
  if (sinceFirstMs >= stall.startMs && sinceFirstMs < stall.endMs) hold(socket, now)
  else if (answerAfterMs > 0) setTimeout(() => answer(socket), answerAfterMs)
  else answerSoon(socket)
}

function answerSoon(socket: Socket): void {
  if (answerable.push(socket) > 1) return
  setImmediate(() => {
    const sockets = answerable
    answerable = []
    for (const each of sockets) answer(each)
  })
}

function hold(socket: Socket, now: number): void {
  if (held.push(socket) === 1) setTimeout(release, firstAtMs + stall.endMs - now)
}

/** A timer may fire up to 1 ms before its time. */
function release(): void {
  if (nowMs() < firstAtMs + stall.endMs) {
    setImmediate(release)
    return
  }
  const sockets = held
  held = []
  for (const each of sockets) answer(each)
}

function answer(socket: Socket): void {
  if (socket.writable) socket.write(ANSWER)
}

/** A request is noted only when the judge runs, so the judge gets the highest priority if permitted. */
try {
  setPriority(constants.priority.PRIORITY_HIGHEST)
} catch {
  // Not permitted: the judge competes for cores like all others.
}
process.on('disconnect', () => process.exit())
process.on('message', () => tell({ kind: 'arrivals', timesMs: arrivals.toArray() }))
server.listen({ port: 0, host: '127.0.0.1', backlog: 4_096 }, () => {
  const address = server.address()
  if (address !== null && typeof address === 'object') tell({ kind: 'ready', port: address.port })
})
