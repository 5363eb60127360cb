import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { connectRegistry } from './connect.ts'
import { RegistryError } from './errors.ts'
import { MemoryMessenger } from './memory/memory-messenger.ts'
import { MemoryStore } from './memory/memory-store.ts'
import { connectNatsMessenger } from './nats/nats-messenger.ts'
import { connectRedisStore } from './redis/redis-store.ts'
import { MulticastRegistry } from './registry.ts'

/** Throws on every access. */
const hostile = new Proxy(
  {},
  {
    get: refuse,
    getPrototypeOf: refuse,
    getOwnPropertyDescriptor: refuse,
    has: refuse,
    ownKeys: refuse,
  },
)
/** Stands for `hostile`. */
const HOSTILE = Symbol('hostile')
const throwing = { enumerable: true, get: refuse }

const odd = [Symbol('x'), Object.create(null), new Map(), new Date(0), hostile, 5n] as const
const notText = [null, 5, true, {}, [], ['x'], () => 'x', ...odd]
const notBoolean = [null, 0, 1, '', 'no', 'false', {}, [], () => true, ...odd]
const notNumber = [null, '', '3', true, {}, [3], () => 3, ...odd]
const notWhole = [...notNumber, 0.5, Number.NaN, -1, -Infinity]
const notObject = [null, 'x', 5, true, [], [{}], () => ({}), new Error('x')]
const notOptions = [...notObject, ...odd.filter((each) => !isBare(each))]
const notFunction = [undefined, null, 'x', 5, true, {}, [], ...odd]
const notSignal = [
  ...notObject,
  hostile,
  new AbortController(),
  new EventTarget(),
  Object.create(AbortSignal.prototype),
]
const notWords = [...notText, '', 'x', 'At-Most-Once', 'asc', 'Replica', '__proto__']

/** Besides functions, which provide them. */
const notRedisCredentials = [
  ...notOptions.filter((value) => typeof value !== 'function'),
  {},
  { password: '' },
  { password: 5 },
  { username: 'u' },
  { pasword: 'x' },
  { password: 'p', expiresAt: 'soon' },
]

const notNatsCredentials = [
  ...notRedisCredentials,
  { password: 'p' },
  { token: 't', user: 'u' },
  { nkeySeed: 'x' },
  { creds: 'x' },
]

/** An argument of a call, with invalid values. */
interface Row {
  readonly argument: string
  readonly wrong: readonly unknown[]
  readonly code?: RegistryError['code']
  /** Makes the call with this argument; the others are valid. */
  readonly call: (registry: MulticastRegistry, value: never) => unknown
}

const seen = { identity: 'a', registeredAt: 1, gateway: null }
const handler = (): void => {}

const identityRow = (call: Row['call']): Row => ({
  argument: 'identity',
  wrong: [undefined, ...notText, '', 'a b', 'a.*'],
  code: 'INVALID_IDENTITY',
  call,
})
const filterRow = (call: Row['call']): Row => ({
  argument: 'filter',
  wrong: [...notObject, Symbol('x'), new Map(), new Date(0), hostile, 5n],
  code: 'INVALID_FILTER',
  call,
})

const rows: Readonly<Record<string, readonly Row[]>> = {
  register: [
    identityRow((registry, value) => registry.register(value, {})),
    {
      argument: 'metadata',
      wrong: [undefined, ...notObject, Symbol('x'), new Map(), hostile, { a: hostile }],
      code: 'INVALID_METADATA',
      call: (registry, value) => registry.register('a', value),
    },
    {
      argument: 'options',
      wrong: [...notOptions, Object.defineProperty({}, 'ttlMs', throwing)],
      call: (registry, value) => registry.register('a', {}, value),
    },
    {
      argument: 'ttlMs',
      wrong: [...notWhole, Infinity, 1e15],
      call: (registry, ttlMs) => registry.register('a', {}, { ttlMs }),
    },
    {
      argument: 'replace',
      wrong: notBoolean,
      call: (registry, replace) => registry.register('a', {}, { replace }),
    },
    {
      argument: 'gateway',
      wrong: [...notText, '', 'x', 'a.>', 'x'.repeat(100_000)],
      call: (registry, gateway) => registry.register('a', {}, { gateway }),
    },
  ],
  heartbeat: [
    identityRow((registry, value) => registry.heartbeat(value)),
    {
      argument: 'ttlMs',
      wrong: [...notWhole, Infinity, 1e15],
      call: (registry, value) => registry.heartbeat('a', value),
    },
  ],
  moveTo: [
    {
      argument: 'seen',
      wrong: [undefined, null, 5, 'x', true, Symbol('x'), hostile],
      call: (registry, value) => registry.moveTo(value, registry.gateway),
    },
    identityRow((registry, identity) => registry.moveTo({ ...seen, identity }, registry.gateway)),
    {
      argument: 'seen.registeredAt',
      wrong: [undefined, ...notNumber, 0.5, Number.NaN, Infinity],
      call: (registry, registeredAt) =>
        registry.moveTo({ ...seen, registeredAt }, registry.gateway),
    },
    {
      argument: 'seen.gateway',
      wrong: [undefined, ...notText.filter((value) => value !== null)],
      call: (registry, gateway) => registry.moveTo({ ...seen, gateway }, registry.gateway),
    },
    {
      argument: 'gateway',
      wrong: [undefined, ...notText, '', 'x', 'a.>'],
      call: (registry, value) => registry.moveTo(seen, value),
    },
  ],
  unregister: [identityRow((registry, value) => registry.unregister(value))],
  enumerate: [
    filterRow((registry, value) => registry.enumerate(value)),
    {
      argument: 'options',
      wrong: [...notOptions, Object.defineProperty({}, 'limit', throwing)],
      call: (registry, value) => registry.enumerate({}, value),
    },
    {
      argument: 'limit',
      wrong: [...notWhole, 0],
      call: (registry, limit) => registry.enumerate({}, { limit }),
    },
    {
      argument: 'cursor',
      wrong: [...notText, '', 'x', 'x'.repeat(100_000)],
      call: (registry, cursor) => registry.enumerate({}, { cursor }),
    },
    {
      argument: 'sortBy',
      wrong: [
        ...notText,
        '',
        'x',
        'metadata',
        'metadata..a',
        'toString',
        `metadata${'.a'.repeat(100_000)}`,
      ],
      call: (registry, sortBy) => registry.enumerate({}, { sortBy }),
    },
    {
      argument: 'order',
      wrong: notWords,
      call: (registry, order) => registry.enumerate({}, { order }),
    },
    {
      argument: 'signal',
      wrong: notSignal,
      call: (registry, signal) => registry.enumerate({}, { signal }),
    },
    {
      argument: 'includeMetadata',
      wrong: notBoolean,
      call: (registry, includeMetadata) => registry.enumerate({}, { includeMetadata }),
    },
  ],
  watch: [
    filterRow((registry, value) => registry.watch(value)),
    {
      argument: 'options',
      wrong: [...notOptions, Object.defineProperty({}, 'initial', throwing)],
      call: (registry, value) => registry.watch({}, value),
    },
    {
      argument: 'initial',
      wrong: notBoolean,
      call: (registry, initial) => registry.watch({}, { initial }),
    },
    {
      argument: 'from',
      wrong: [...notText, '', 'x', 'e30', 'x'.repeat(100_000)],
      call: (registry, from) => registry.watch({}, { from }),
    },
    {
      argument: 'renewals',
      wrong: notBoolean,
      call: (registry, renewals) => registry.watch({}, { renewals }),
    },
    {
      argument: 'signal',
      wrong: notSignal,
      call: (registry, signal) => registry.watch({}, { signal }),
    },
  ],
  multicast: [
    filterRow((registry, value) => registry.multicast(value, 'x')),
    {
      argument: 'filter',
      wrong: [undefined],
      code: 'INVALID_FILTER',
      call: (registry, value) => registry.multicast(value, 'x'),
    },
    {
      argument: 'payload',
      wrong: [
        undefined,
        ...notText.filter((value) => typeof value !== 'string'),
        'a\ud800',
        new ArrayBuffer(3),
        new Uint16Array(3),
        Object.create(Uint8Array.prototype),
      ],
      call: (registry, value) => registry.multicast({}, value),
    },
    {
      argument: 'options',
      wrong: [...notOptions, Object.defineProperty({}, 'delivery', throwing)],
      call: (registry, value) => registry.multicast({}, 'x', value),
    },
    {
      argument: 'delivery',
      wrong: notWords,
      call: (registry, delivery) => registry.multicast({}, 'x', { delivery }),
    },
    {
      argument: 'timeoutMs',
      wrong: [...notNumber, 0, -1, Number.NaN, Infinity, 2 ** 31],
      call: (registry, timeoutMs) => registry.multicast({}, 'x', { timeoutMs }),
    },
    {
      argument: 'receipts',
      wrong: notBoolean,
      call: (registry, receipts) => registry.multicast({}, 'x', { receipts }),
    },
    {
      argument: 'messageId',
      wrong: [...notText, '', 'a b', 'é', 'x'.repeat(129)],
      call: (registry, messageId) => registry.multicast({}, 'x', { messageId }),
    },
    {
      argument: 'signal',
      wrong: notSignal,
      call: (registry, signal) => registry.multicast({}, 'x', { signal }),
    },
    {
      argument: 'onAborted',
      wrong: notFunction.filter((value) => value !== undefined),
      call: (registry, onAborted) => registry.multicast({}, 'x', { onAborted }),
    },
  ],
  subscribe: [
    {
      argument: 'identities',
      wrong: [undefined, '', 'a b', 'a.*', ...notText.filter((value) => !Array.isArray(value))],
      code: 'INVALID_IDENTITY',
      call: (registry, value) => registry.subscribe(value, handler),
    },
    {
      argument: 'identity in a list',
      wrong: [[''], ['a', undefined], [['a']], ['a', 'a b'], Array<string>(2)],
      code: 'INVALID_IDENTITY',
      call: (registry, value) => registry.subscribe(value, handler),
    },
    {
      argument: 'handler',
      wrong: notFunction,
      call: (registry, value) => registry.subscribe('a', value),
    },
  ],
  subscribeMatching: [
    {
      argument: 'pattern',
      wrong: [undefined, ...notText, '', 'a b', '~*'],
      call: (registry, value) => registry.subscribeMatching(value, handler),
    },
    {
      argument: 'handler',
      wrong: notFunction,
      call: (registry, value) => registry.subscribeMatching('*', value),
    },
  ],
  'new MulticastRegistry': [
    {
      argument: 'slots',
      wrong: [undefined, ...notOptions, {}, { store: new MemoryStore() }],
      call: (_registry, value) => new MulticastRegistry(value),
    },
    ...['store', 'messenger', 'limits', 'warnings', 'namespace'].map((slot) => ({
      argument: slot,
      wrong: [null, 5, true, Symbol('x')],
      call: (_registry: MulticastRegistry, value: never) =>
        new MulticastRegistry({ ...slots(), [slot]: value }),
    })),
    ...['maxIdentities', 'maxTtlMs', 'maxFilterDepth', 'maxFilterClauses', 'maxFilterValues'].map(
      (limit) => ({
        argument: `limits.${limit}`,
        wrong: [...notWhole, 0],
        call: (_registry: MulticastRegistry, value: never) =>
          new MulticastRegistry({ ...slots(), limits: { [limit]: value } }),
      }),
    ),
  ],
  connectRegistry: [
    {
      argument: 'options',
      wrong: [undefined, ...notOptions, {}],
      call: (_registry, value) => connectRegistry(value),
    },
    connectRow('redisUrl', [undefined, ...notText, [null], '', 'localhost', 'nats://127.0.0.1:1']),
    connectRow('natsUrls', [
      undefined,
      'nats://127.0.0.1:1',
      ...notText.filter((v) => !isList(v)),
      [],
      [5],
    ]),
    connectRow('redisTls', [
      ...notOptions,
      { ca: 5 },
      { ca: 'x' },
      { cert: 'x' },
      { serverName: '' },
    ]),
    connectRow('natsTls', [...notOptions, { key: { file: 5 } }, { ca: { file: '/nowhere' } }]),
    connectRow('redisCredentials', notRedisCredentials),
    connectRow('natsCredentials', notNatsCredentials),
    connectRow('namespace', [undefined, ...notText, '', 'a b']),
    connectRow('subjectPrefix', notText),
    connectRow('strategy', notWords),
    connectRow('natsConnections', [...notWhole, 0, 65]),
    connectRow('gatewayName', [...notText, '', 'a.b']),
    connectRow('durability', [
      ...notOptions,
      { gatewayName: 5 },
      { retentionMs: '1h' },
      { nmae: '' },
    ]),
    connectRow('limits', [...notOptions, { maxTtlMs: '1' }, { maxTtl: 1 }]),
    connectRow('onWarning', notFunction.slice(1)),
  ],
}

const notDurability = [...notOptions, { gatewayName: 5 }, { retentionMs: '5000' }, { nmae: 'x' }]

const slotRows: typeof rows = {
  connectNatsMessenger: [
    {
      argument: 'options',
      wrong: [undefined, ...notOptions, {}],
      call: (_registry, value) => connectNatsMessenger(value),
    },
    messengerRow('servers', [undefined, 'nats://127.0.0.1:1', null, [], [5], Array(2)]),
    messengerRow('namespace', [undefined, ...notText, '', 'a.b']),
    messengerRow('credentials', notNatsCredentials),
    messengerRow('subjectPrefix', [...notText, '', 'a b', 'a.>', 'x'.repeat(100_000)]),
    messengerRow('connections', [...notWhole, 0, 65]),
    messengerRow('connectTimeoutMs', [...notNumber, 0, -1, Number.NaN, Infinity]),
    messengerRow('gatewayName', [...notText, '', 'a.b', 'x'.repeat(65)]),
    messengerRow('durability', notDurability),
    messengerRow('onUpChange', notFunction.slice(1)),
    messengerRow('maxBacklogBytes', [...notWhole, 0]),
  ],
  connectRedisStore: [
    {
      argument: 'options',
      wrong: [undefined, ...notOptions, {}],
      call: (_registry, value) => connectRedisStore(value),
    },
    storeRow('url', [...notText, '', 'localhost', 'nats://127.0.0.1:1']),
    storeRow('nodes', [null, 'redis://127.0.0.1:1', [], [5], Array(2)]),
    storeRow('credentials', notRedisCredentials),
    storeRow('namespace', [undefined, ...notText, '', 'a:b']),
    storeRow('strategy', notWords),
    storeRow('maxIdentities', notWhole),
    storeRow('logCap', [...notWhole, 0]),
    storeRow('connectTimeoutMs', [...notNumber, 0, -1, Number.NaN, Infinity]),
    storeRow('warnings', [null, 5, {}]),
  ],
  'new MemoryMessenger': [
    {
      argument: 'durability',
      wrong: notDurability,
      call: (_registry, value) => new MemoryMessenger(undefined, value),
    },
    {
      argument: 'gatewayName',
      wrong: [...notText, '', 'a.b'],
      call: (_registry, value) => new MemoryMessenger(undefined, undefined, value),
    },
  ],
  'new MemoryStore': [
    {
      argument: 'options',
      wrong: notOptions,
      call: (_registry, value) => new MemoryStore(value),
    },
    {
      argument: 'maxIdentities',
      wrong: notWhole,
      call: (_registry, maxIdentities) => new MemoryStore({ maxIdentities }),
    },
  ],
}

let registry: MulticastRegistry
beforeEach(() => {
  registry = new MulticastRegistry(slots())
})
afterEach(() => registry.close())

describe.each(Object.entries({ ...rows, ...slotRows }))('%s refuses', (_call, arguments_) => {
  test.each(arguments_)('$argument of the wrong type', async ({ wrong, code, call }) => {
    for (const value of wrong) {
      const refusal = await errorOf(() => call(registry, value as never))
      expect(refusal, kindOf(value)).toBeInstanceOf(RegistryError)
      expect(refusal, kindOf(value)).toMatchObject({ code: code ?? 'INVALID_ARGUMENT' })
      expect(String(refusal).length).toBeLessThan(400)
    }
    expect((await registry.enumerate()).totalCount).toBe(0)
  })
})

test('a refused option does not overwrite a registration', async () => {
  await registry.register('a', { version: 1 })
  await expect(
    registry.register('a', { version: 2 }, { replace: 'no' as unknown as boolean }),
  ).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
  expect((await registry.enumerate({ version: 1 })).totalCount).toBe(1)
})

test.each<[string, string, (options: never) => unknown]>([
  ['ttlMS', 'ttlMs', (options) => registry.register('a', {}, options)],
  ['overwrite', '', (options) => registry.register('a', {}, options)],
  ['limits', 'limit', (options) => registry.enumerate({}, options)],
  ['orderBy', '', (options) => registry.enumerate({}, options)],
  ['timeout', 'timeoutMs', (options) => registry.multicast({}, 'x', options)],
  ['reciepts', 'receipts', (options) => registry.multicast({}, 'x', options)],
  ['__proto__', '', (options) => registry.multicast({}, 'x', options)],
  ['natsUrl', 'natsUrls', (options) => connectRegistry(options)],
  ['maxTtl', 'maxTtlMs', (limits) => new MulticastRegistry({ ...slots(), limits })],
  ['x'.repeat(100_000), '', (options) => registry.enumerate({}, options)],
])('unknown option %.20s suggests "%s"', async (name, nearest, call) => {
  const options = JSON.parse(`{${JSON.stringify(name)}: 1}`) as never
  const refusal = await errorOf(() => call(options))
  expect(refusal).toMatchObject({ name: 'RegistryError', code: 'INVALID_ARGUMENT' })
  expect(String(refusal)).toContain(`"${name.slice(0, 60)}`)
  if (nearest !== '') expect(String(refusal)).toContain(`Did you mean "${nearest}"?`)
  expect(String(refusal)).toContain('Valid options: ')
  expect(String(refusal).length).toBeLessThan(400)
})

test('an option that is undefined is not set', async () => {
  const options = { ttlMs: undefined, replace: undefined, gateway: undefined }
  const times = await registry.register('a', {}, options as object)
  expect(times.expiresAt).toBe(times.registeredAt + 300_000)
  const page = await registry.enumerate({}, { limit: undefined, cursor: undefined } as object)
  expect(page).toMatchObject({ totalCount: 1, nextCursor: null })
})

test('options that change while being read are read once', async () => {
  let reads = 0
  const options = {
    get replace() {
      reads += 1
      return reads === 1 ? false : ('yes' as unknown as boolean)
    },
  }
  await registry.register('a', {}, options)
  expect(reads).toBe(1)
})

test('any arguments to any call work or throw a RegistryError', async () => {
  const names = [
    'ttlMs',
    'replace',
    'limit',
    'cursor',
    'sortBy',
    'order',
    'delivery',
    'receipts',
    'from',
  ]
  const anything = fc.oneof(
    fc.anything({
      withBigInt: true,
      withBoxedValues: true,
      withDate: true,
      withMap: true,
      withNullPrototype: true,
      withSet: true,
      withSparseArray: true,
      withTypedArray: true,
    }),
    fc.dictionary(fc.constantFrom(...names, 'identity', 'gateway', '$or', 'a.in'), fc.anything()),
    fc.constantFrom<unknown>(handler, 'user-1', '*', ...odd.filter((each) => each !== hostile)),
    // fast-check inspects its draws, which this object does not permit.
    fc.constant(HOSTILE),
  )
  const calls: Readonly<Record<string, (...given: readonly never[]) => unknown>> = {
    register: (...given) => registry.register(...(given as [never, never, never])),
    heartbeat: (...given) => registry.heartbeat(...(given as [never, never])),
    moveTo: (...given) => registry.moveTo(...(given as [never, never])),
    unregister: (...given) => registry.unregister(...(given as [never])),
    enumerate: (...given) => registry.enumerate(...(given as [never, never])),
    watch: (...given) => registry.watch(...(given as [never, never])).return?.(),
    multicast: (...given) => registry.multicast(...(given as [never, never, never])),
    subscribe: (...given) => registry.subscribe(...(given as [never, never])),
    subscribeMatching: (...given) => registry.subscribeMatching(...(given as [never, never])),
    construct: (...given) => new MulticastRegistry(...(given as [never])),
    connect: (...given) => connectRegistry(...(given as [never])),
  }
  const right: Readonly<Record<string, readonly unknown[]>> = {
    register: ['user-1', {}, {}],
    moveTo: [seen, 'x'],
    enumerate: [{}, {}],
    watch: [{}, {}],
    multicast: [{ a: 1 }, 'x', {}],
    subscribe: ['user-1', handler],
    subscribeMatching: ['*', handler],
  }
  const given = fc.array(anything, { minLength: 1, maxLength: 3 })
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...Object.keys(calls)),
      given,
      fc.nat(3),
      async (name, drawn, kept) => {
        const usual = right[name]?.slice(0, kept) ?? []
        const all = [...usual, ...drawn].map((each) => (each === HOSTILE ? hostile : each))
        const error = await errorOf(() => calls[name]?.(...(all as never[])))
        if (error !== null) expect(error).toBeInstanceOf(RegistryError)
      },
    ),
    { numRuns: 5_000 },
  )
})

function slots() {
  return { store: new MemoryStore(), messenger: new MemoryMessenger() }
}

/** With servers that don't answer: refusals precede any request. */
function connectRow(argument: string, wrong: readonly unknown[]): Row {
  const usual = {
    redisUrl: 'redis://127.0.0.1:1',
    natsUrls: ['nats://127.0.0.1:1'],
    namespace: 'n',
  }
  return {
    argument,
    wrong,
    call: (_registry, value) => connectRegistry({ ...usual, [argument]: value }),
  }
}

function storeRow(argument: string, wrong: readonly unknown[]): Row {
  const usual = { url: 'redis://127.0.0.1:1', namespace: 'n' }
  return {
    argument,
    wrong,
    call: (_registry, value) => connectRedisStore({ ...usual, [argument]: value }),
  }
}

function messengerRow(argument: string, wrong: readonly unknown[]): Row {
  const usual = { servers: ['nats://127.0.0.1:1'], namespace: 'n' }
  return {
    argument,
    wrong,
    call: (_registry, value) => connectNatsMessenger({ ...usual, [argument]: value }),
  }
}

async function errorOf(call: () => unknown): Promise<unknown> {
  try {
    await call()
    return null
  } catch (error) {
    return error
  }
}

function refuse(): never {
  throw new TypeError('not to be looked at')
}

function isList(value: unknown): boolean {
  return Array.isArray(value) && value.length > 0
}

/** An empty object, which stands for no options. */
function isBare(value: unknown): boolean {
  return typeof value === 'object' && value !== hostile && Object.getPrototypeOf(value) === null
}

function kindOf(value: unknown): string {
  return value === hostile ? 'hostile' : Object.prototype.toString.call(value)
}
