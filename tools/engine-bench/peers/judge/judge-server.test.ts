import { once } from 'node:events'
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { nowMs } from '../../../../src/load/clock.ts'
import { httpTarget } from '../generators/ours/http-target.ts'
import type { JudgedLoad } from './judged-load.ts'
import { startJudge, type RunningJudge } from './start-judge.ts'

const LOAD: JudgedLoad = {
  ratePerSecond: 100,
  warmUpMs: 0,
  steadyMs: 60_000,
  stallMs: 0,
  recoveryMs: 0,
}

async function start(load: JudgedLoad, answerAfterMs?: number): Promise<RunningJudge> {
  const judge = await startJudge(load, answerAfterMs)
  onTestFinished(() => judge.stop())
  return judge
}

/** Sends one request after the other; when each was sent and answered, by `nowMs()`. */
async function sendTo(
  { port }: RunningJudge,
  times: number,
): Promise<readonly { sentMs: number; answeredMs: number }[]> {
  const target = httpTarget(`http://127.0.0.1:${port}/`)
  onTestFinished(() => target.close())
  const sent = []
  for (let k = 0; k < times; k++) {
    const sentMs = nowMs()
    await target.request()
    sent.push({ sentMs, answeredMs: nowMs() })
    await sleep(5)
  }
  return sent
}

test('each request arrives between being sent and being answered', async () => {
  const judge = await start(LOAD)
  const sent = await sendTo(judge, 20)
  const arrivals = await judge.arrivals()
  expect(arrivals).toHaveLength(sent.length)
  expect(await judge.first).toBe(arrivals[0])
  for (const [k, { sentMs, answeredMs }] of sent.entries()) {
    expect(arrivals[k]).toBeGreaterThanOrEqual(sentMs)
    expect(arrivals[k]).toBeLessThanOrEqual(answeredMs)
  }
})

test('requests in one chunk arrive at the same time and are all answered', async () => {
  const judge = await start(LOAD)
  const socket = connect(judge.port, '127.0.0.1')
  onTestFinished(() => void socket.destroy())
  socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(3))
  let answers = ''
  socket.setEncoding('latin1').on('data', (text: string) => (answers += text))
  await expect.poll(() => answers.split('HTTP/1.1 200 OK').length - 1).toBe(3)
  const [first, ...others] = await judge.arrivals()
  expect(others).toEqual([first, first])
})

test('holds answers until exactly the end of the stall', async () => {
  const steadyMs = 100
  const stallMs = 400
  const judge = await start({ ...LOAD, steadyMs, stallMs })
  const [first] = await sendTo(judge, 1)
  const firstAtMs = await judge.first
  const stallEndMs = firstAtMs + steadyMs + stallMs
  expect(first?.answeredMs).toBeLessThan(stallEndMs)
  await sleep(Math.max(firstAtMs + steadyMs + 20 - nowMs(), 0))
  const held = await Promise.all([sendTo(judge, 1), sendTo(judge, 1), sendTo(judge, 1)])
  for (const { answeredMs } of held.flat()) expect(answeredMs).toBeGreaterThanOrEqual(stallEndMs)
  await sendTo(judge, 1)
  expect(await judge.arrivals()).toHaveLength(5)
})

test('answers after the configured time', async () => {
  const judge = await start(LOAD, 30)
  const [sent] = await sendTo(judge, 1)
  const [arrivedMs] = await judge.arrivals()
  // A timer may fire up to 1 ms before its time.
  expect((sent?.answeredMs ?? 0) - (arrivedMs ?? 0)).toBeGreaterThanOrEqual(29)
})

test('stopping a judge ends it and releases waiters for a first request', async () => {
  const judge = await startJudge(LOAD)
  await judge.stop()
  await expect(judge.first).rejects.toThrow('first')
  await expect(once(connect(judge.port, '127.0.0.1'), 'connect')).rejects.toThrow('ECONNREFUSED')
})
