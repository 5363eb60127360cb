import { describe, expect, test } from 'vitest'
import { StartedRequest } from '../load/dispatch/started-request.ts'
import type { LoadRequest } from '../load/workload.ts'
import { Sends } from './sends.ts'

function request(number: number, isWarmUp = false): LoadRequest {
  return new StartedRequest({ number, intendedAtMs: 0, startedAtMs: 0, isWarmUp })
}

/** Follows sends one by one; the recipients that were counted, by request. */
async function recipientsOf(
  script: readonly (number | 'refused')[],
  possibleRecipients = 7,
): Promise<Readonly<Record<number, number>>> {
  const counted: Record<number, number> = {}
  const sends = new Sends(({ request: { number }, recipients }) => {
    counted[number] = recipients
  })
  for (const [number, outcome] of script.entries()) {
    const send = async () => {
      if (outcome === 'refused') throw new Error('refused')
      return { recipients: outcome, confirmed: outcome }
    }
    await sends.follow(request(number), send).catch(() => {})
  }
  await sends.ended(possibleRecipients)
  return counted
}

describe('a refused message', () => {
  test('counts for as many recipients as the messages sent before it', async () => {
    expect(await recipientsOf([3, 'refused', 3, 'refused'])).toEqual({ 0: 3, 1: 3, 2: 3, 3: 3 })
  })

  test('counts for their average, where every other one has no recipient here', async () => {
    const counted = await recipientsOf([
      ...Array.from({ length: 50 }, (_, n) => (n % 2) * 10),
      'refused',
    ])
    expect(counted[50]).toBe(5)
  })

  test('follows a growing number of recipients', async () => {
    const counted = await recipientsOf([...Array.from({ length: 100 }, (_, n) => n), 'refused'])
    expect(counted[100]).toBe(90)
  })

  test('counts for as many as the first message sent, if none was sent before', async () => {
    expect(await recipientsOf(['refused', 5])).toEqual({ 0: 5, 1: 5 })
  })

  test('counts for all possible recipients if no message was sent', async () => {
    expect(await recipientsOf(['refused', 'refused'], 9)).toEqual({ 0: 9, 1: 9 })
  })
})

test('a message given up counts for its recipients and their receipts, and not as sent', async () => {
  const counted: unknown[] = []
  const sends = new Sends(({ recipients, confirmed, isSent }) =>
    counted.push({ recipients, confirmed, isSent }),
  )
  await sends.follow(request(2), async () => ({ recipients: 4, confirmed: 4 }))
  const givenUp = sends.follow(request(0), async (onAborted) => {
    onAborted({ recipients: 3, confirmed: 2 })
    throw new Error('given up')
  })
  await expect(givenUp).rejects.toThrow('given up')
  const unknown = sends.follow(request(1), () => Promise.reject(new Error('given up')))
  await expect(unknown).rejects.toThrow('given up')
  await sends.ended(9)
  expect(counted).toEqual([
    { recipients: 4, confirmed: 4, isSent: true },
    { recipients: 3, confirmed: 2, isSent: false },
    { recipients: 4, confirmed: 0, isSent: false },
  ])
})

test('a message with an unknown outcome counts once', async () => {
  const counted: number[] = []
  const sends = new Sends(({ request: { number } }) => counted.push(number))
  const fate = Promise.withResolvers<{ recipients: number; confirmed: number }>()
  const sending = sends.follow(request(0), () => fate.promise)
  const ended = sends.ended(1)
  fate.reject(new Error('too late'))
  await expect(sending).rejects.toThrow('too late')
  await ended
  expect(counted).toEqual([0])
})

test('messages of the warm-up do not count', async () => {
  const counted: number[] = []
  const sends = new Sends(({ request: { number } }) => counted.push(number))
  await sends.follow(request(0, true), async () => ({ recipients: 2, confirmed: 2 }))
  await sends.ended(1)
  expect(counted).toEqual([])
})
