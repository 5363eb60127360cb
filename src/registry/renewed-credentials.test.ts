import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { takeRedisCredentials, type RedisCredentials } from './credentials.ts'
import { RenewedCredentials } from './renewed-credentials.ts'
import { Warnings } from './warnings.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

type Provide = (signal: AbortSignal) => unknown

/** Credentials of which each answer has a number as its password. */
async function open(given: Provide | RedisCredentials) {
  const told: string[] = []
  let asked = 0
  const provider = (signal: AbortSignal): unknown => {
    asked += 1
    return typeof given === 'function' ? given(signal) : given
  }
  const credentials = await RenewedCredentials.open<RedisCredentials>({
    given: typeof given === 'function' ? (provider as () => RedisCredentials) : given,
    take: takeRedisCredentials,
    where: 'options.x',
    endOf: ({ expiresAt }) => (expiresAt === undefined ? null : Number(expiresAt)),
    timeoutMs: 5_000,
    warnings: new Warnings(({ code, message }) => told.push(`${code} ${message}`)),
  })
  onTestFinished(() => credentials.close())
  return { credentials, told, asked: () => asked }
}

/** Answers in turn; the last one again and again. */
function inTurn(...answers: readonly (() => unknown)[]): Provide {
  let next = 0
  return () => answers[Math.min(next++, answers.length - 1)]?.()
}

const endingIn =
  (password: string, ms: number): (() => RedisCredentials) =>
  () => ({ password, expiresAt: Date.now() + ms })

const fails = (): never => {
  throw new Error('the vault at https://me:hunter2@vault is sealed')
}

describe('a provider', () => {
  test('is asked again after 70 to 80 % of the life of its credentials', async () => {
    const { credentials, asked } = await open(inTurn(endingIn('1', 10_000), endingIn('2', 1e9)))
    await vi.advanceTimersByTimeAsync(6_990)
    expect([asked(), credentials.current.password]).toEqual([1, '1'])
    await vi.advanceTimersByTimeAsync(1_020)
    expect([asked(), credentials.current.password]).toEqual([2, '2'])
  })

  test('is asked in time although the wall clock is set', async () => {
    const { credentials } = await open(inTurn(endingIn('1', 10_000), endingIn('2', 1e9)))
    vi.setSystemTime(Date.now() - 86_400_000)
    await vi.advanceTimersByTimeAsync(8_010)
    expect(credentials.current.password).toBe('2')
  })

  test('whose credentials end in a year is not asked at once', async () => {
    const { asked } = await open(endingIn('1', 365 * 86_400_000))
    await vi.advanceTimersByTimeAsync(60_000)
    expect(asked()).toBe(1)
  })

  test('of credentials without an end is asked when they are refused, and once for many refusals', async () => {
    const { credentials, asked } = await open(
      inTurn(
        () => ({ password: '1' }),
        () => ({ password: '2' }),
      ),
    )
    await vi.advanceTimersByTimeAsync(1e9)
    expect(asked()).toBe(1)
    const { current } = credentials
    for (let times = 0; times < 10; times += 1) credentials.refused(current)
    await vi.advanceTimersByTimeAsync(0)
    credentials.refused(current)
    await vi.advanceTimersByTimeAsync(1_000)
    expect([asked(), credentials.current.password]).toEqual([2, '2'])
  })

  test('whose credentials are refused again and again is asked ever more rarely', async () => {
    const { credentials, asked } = await open(() => ({ password: 'wrong' }))
    for (let second = 0; second < 600; second += 1) {
      credentials.refused(credentials.current)
      await vi.advanceTimersByTimeAsync(1_000)
    }
    expect(asked()).toBeGreaterThan(10)
    expect(asked()).toBeLessThan(40)
  })

  test.each<[string, Provide, RegExp]>([
    ['throws', fails, /the provider failed: "Error" "the vault at https:\/\/vault is sealed"/],
    [
      'rejects',
      () => Promise.reject(new TypeError('no route')),
      /the provider failed: "TypeError" "no route"/,
    ],
    ['throws nonsense', () => Promise.reject({ hunter2: 1 }), /the provider failed: "Error"/],
    ['never answers', () => new Promise(() => {}), /the provider did not answer within 5 s/],
    ['returns nothing', () => undefined, /no valid credentials: options\.x\.password is missing/],
    ['returns a text', () => 'hunter2', /no valid credentials/],
    ['returns an empty password', () => ({ password: '' }), /no valid credentials: .*password/],
    ['returns ended credentials', endingIn('hunter2', -3_000), /the credentials ended 3 s ago$/],
    [
      'counts in seconds',
      () => ({ password: 'hunter2', expiresAt: Date.now() / 1_000 + 3_600 }),
      /expiresAt counts ms since 1970, not seconds/,
    ],
  ])('that %s: connecting fails with the reason', async (_, provide, said) => {
    const opening = open(provide).catch((error: unknown) => error)
    await vi.advanceTimersByTimeAsync(5_001)
    const error = await opening
    expect(error).toMatchObject({
      code: 'CREDENTIALS_FAILED',
      message: expect.stringMatching(said),
    })
    expect(String(error)).not.toContain('hunter2')
  })

  test.each<[string, Provide]>([
    ['throws', fails],
    ['never answers', () => new Promise(() => {})],
    ['returns nonsense', () => ({ password: 5 })],
    ['returns ended credentials', endingIn('hunter2', -1)],
  ])('that %s later: the old ones stay, with warnings, until it works again', async (_, wrong) => {
    let isWell = true
    let password = '1'
    const provide: Provide = (signal) => (isWell ? endingIn(password, 100_000)() : wrong(signal))
    const { credentials, told, asked } = await open(provide)
    isWell = false
    await vi.advanceTimersByTimeAsync(95_000)
    expect(credentials.current.password).toBe('1')
    expect(told.length).toBeGreaterThan(1)
    expect(told[0]).toMatch(
      /^CREDENTIALS_FAILED options\.x: new credentials can't be used: .*; the present ones stay in use, and end in \d+ s\. Trying again in [\d.]+ s\.$/,
    )
    await vi.advanceTimersByTimeAsync(30_000)
    expect(told.at(-1)).toContain('the present ones have ended')
    expect(told.join()).not.toContain('hunter2')
    expect(asked()).toBeLessThan(30)
    isWell = true
    password = '2'
    await vi.advanceTimersByTimeAsync(30_000)
    expect(credentials.current.password).toBe('2')
  })

  test('gets a signal that aborts when its answer is late, and when the registry is closed', async () => {
    const signals: AbortSignal[] = []
    let isFirst = true
    const { credentials } = await open((signal) => {
      signals.push(signal)
      if (!isFirst) return new Promise(() => {})
      isFirst = false
      return endingIn('1', 10_000)()
    })
    await vi.advanceTimersByTimeAsync(8_001)
    expect(signals.map(({ aborted }) => aborted)).toEqual([false, false])
    await vi.advanceTimersByTimeAsync(5_001)
    expect(signals[1]?.aborted).toBe(true)
    await vi.advanceTimersByTimeAsync(2_000)
    expect(signals[2]?.aborted).toBe(false)
    credentials.close()
    expect(signals[2]?.aborted).toBe(true)
    await vi.advanceTimersByTimeAsync(1e6)
    expect(signals).toHaveLength(3)
  })
})

describe('the same credentials again', () => {
  test('are adopted by nobody, and the provider is asked again while they last', async () => {
    const end = Date.now() + 10_000
    const { credentials, told, asked } = await open(
      inTurn(
        () => ({ password: '1', expiresAt: end }),
        () => ({ expiresAt: new Date(end), password: '1' }),
        () => ({ password: '1', expiresAt: end }),
        endingIn('2', 100_000),
      ),
    )
    const adopted: string[] = []
    credentials.follow(({ password }) => {
      adopted.push(password)
      return Promise.resolve()
    }, credentials.current)
    const { current } = credentials
    await vi.advanceTimersByTimeAsync(9_000)
    expect([adopted, credentials.current === current, asked() > 1]).toEqual([[], true, true])
    await vi.advanceTimersByTimeAsync(1_000)
    expect([adopted, credentials.current.password, told]).toEqual([['2'], '2', []])
  })

  test('after a refusal are a warning, and the next refusal asks again', async () => {
    const { credentials, told, asked } = await open(() => ({ password: '1' }))
    const { current } = credentials
    credentials.refused(current)
    await vi.advanceTimersByTimeAsync(60_000)
    expect(asked()).toBe(2)
    expect(told).toEqual([
      expect.stringMatching(
        /they are those that a server refused; .* Trying again at the next refusal\.$/,
      ),
    ])
    credentials.refused(current)
    await vi.advanceTimersByTimeAsync(1_000)
    expect(asked()).toBe(3)
  })
})

describe('new credentials', () => {
  test('come into use only once all connections have adopted them', async () => {
    const { credentials, told } = await open(inTurn(endingIn('1', 10_000), endingIn('2', 100_000)))
    const adopted: string[] = []
    let isWilling = false
    credentials.follow(({ password }) => {
      adopted.push(password)
      return Promise.resolve()
    }, credentials.current)
    credentials.follow(
      () => (isWilling ? Promise.resolve() : Promise.reject(new Error('refused them'))),
      credentials.current,
    )
    await vi.advanceTimersByTimeAsync(8_001)
    expect([adopted.includes('2'), credentials.current.password]).toEqual([true, '1'])
    expect(told[0]).toContain("new credentials can't be used: refused them;")
    isWilling = true
    await vi.advanceTimersByTimeAsync(3_000)
    expect(credentials.current.password).toBe('2')
  })

  test('are adopted by a connection that was still opening with the old ones, after failures too', async () => {
    const { credentials, told } = await open(inTurn(endingIn('1', 10_000), endingIn('2', 100_000)))
    const used = credentials.current
    await vi.advanceTimersByTimeAsync(8_001)
    const adopted: string[] = []
    let isWilling = false
    const adopt = ({ password }: RedisCredentials): Promise<void> => {
      if (!isWilling) return Promise.reject(new Error('not yet'))
      adopted.push(password)
      return Promise.resolve()
    }
    credentials.follow(adopt, used)
    await vi.advanceTimersByTimeAsync(1_000)
    expect(told[0]).toContain("new credentials can't be used: not yet;")
    isWilling = true
    await vi.advanceTimersByTimeAsync(5_000)
    expect(adopted).toEqual(['2'])
  })
})

test('credentials that are given as a value are checked, and never asked for', async () => {
  const { credentials } = await open({ password: 'p', expiresAt: Date.now() + 1_000 })
  await vi.advanceTimersByTimeAsync(10_000)
  credentials.refused(credentials.current)
  expect([credentials.areRenewed, credentials.current.password]).toEqual([false, 'p'])
  await expect(open({ password: 'p', expiresAt: Date.now() })).rejects.toMatchObject({
    code: 'CREDENTIALS_FAILED',
  })
})
