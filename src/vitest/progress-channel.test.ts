import { existsSync } from 'node:fs'
import { connect } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import type { LoadProgress } from '../load/recording/load-recorder.ts'
import { ProgressListener, ProgressSender, type ProgressMessage } from './progress-channel.ts'

function message(seconds: number): ProgressMessage {
  const soFar = { seconds, started: 0, ok: 0, notOk: 0, p50Ms: null, p95Ms: null, lateness: null }
  const progress: LoadProgress = {
    phase: 'measuring',
    elapsedMs: seconds * 1_000,
    durationMs: 60_000,
    startedPerSecond: null,
    inFlight: 0,
    errors: 0,
    dropped: 0,
    p99Ms: null,
    soFar,
    receipts: null,
    faults: [],
    intervals: [],
  }
  return { testId: 'test', load: 0, progress }
}

function listen(): { listener: ProgressListener; received: ProgressMessage[] } {
  const received: ProgressMessage[] = []
  const listener = new ProgressListener((one) => received.push(one))
  onTestFinished(() => listener.close())
  return { listener, received }
}

test('the reporter gets everything that a load sends', async () => {
  const { listener, received } = listen()
  const sender = new ProgressSender(listener.path)
  onTestFinished(() => sender.close())
  await expect
    .poll(() => {
      sender.send(message(1))
      return received.length
    })
    .toBeGreaterThan(0)
  expect(received[0]).toEqual(message(1))
})

test('a line that its process was killed over is left out', async () => {
  const { listener, received } = listen()
  const whole = JSON.stringify(message(2))
  for (const text of [`${whole}\n${whole.slice(0, 40)}`, '[1,\n']) {
    connect(listener.path)
      .on('error', () => {})
      .end(text)
  }
  await expect.poll(() => received).toEqual([message(2)])
})

test.skipIf(process.platform === 'win32')('nothing is left behind', async () => {
  const { listener } = listen()
  await expect.poll(() => existsSync(listener.path)).toBe(true)
  listener.close()
  expect(existsSync(listener.path)).toBe(false)
})
