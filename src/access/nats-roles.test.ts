import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { findProgram, startNatsProgram, type ServerProgram } from '../environment/programs.ts'
import type { Messenger, OutgoingMessage, SendOptions } from '../registry/messenger.ts'
import { connectNatsMessenger } from '../registry/nats/nats-messenger.ts'
import { findPatternHosts } from '../registry/nats/pattern-hosts.ts'
import { DEFAULT_SUBJECT_PREFIX, Subjects } from '../registry/nats/subjects.ts'
import { Warnings } from '../registry/warnings.ts'
import type { AccessUser } from './access-user.ts'
import type { RoleName } from './role.ts'
import { natsConfigurationOf, natsUrlFor, userOf } from './testing/tenant-users.ts'

const hasProgram = findProgram('nats-server') !== undefined
const TENANT = 'a'
const SUBJECTS = new Subjects(DEFAULT_SUBJECT_PREFIX, TENANT)
const SEND: SendOptions = { delivery: 'at-most-once', timeoutMs: 500, receipts: true }

type Connect = (
  user: AccessUser,
  options?: Partial<Parameters<typeof connectNatsMessenger>[0]>,
) => Promise<Messenger>

/** A user without one of its rights. */
interface Lacking {
  readonly action: 'publish' | 'subscribe'
  readonly right: string
  readonly user: AccessUser
}

/** A role's user, and its users that lack one right each. */
interface Case {
  readonly role: RoleName
  readonly user: AccessUser
  readonly lacking: readonly Lacking[]
}

const PLAIN = (['writer', 'sender', 'receiver', 'gateway', 'loadtest'] as const).map(caseOf)

function caseOf(role: RoleName): Case {
  const user = { ...userOf(TENANT, [role]), name: `${role}-all` }
  const lacking = withoutEach(user)
    // The other rights of a load test are those of a sender and a receiver.
    .filter(
      ({ right, action }) =>
        role !== 'loadtest' || (action === 'publish' && right === SUBJECTS.patternHosts()),
    )
    .map((each, at) => ({ ...each, user: { ...each.user, name: `${role}-${at}` } }))
  return { role, user, lacking }
}

/** A user without each of its rights in turn. */
function withoutEach(user: AccessUser): readonly Lacking[] {
  return (['publish', 'subscribe'] as const).flatMap((action) =>
    user.nats[action].map((right) => {
      const left = user.nats[action].filter((other) => other !== right)
      return { action, right, user: { ...user, nats: { ...user.nats, [action]: left } } }
    }),
  )
}

/** A user in an account of its own, in which no stream has been made yet. */
interface DurableCase {
  readonly role: RoleName
  readonly tenant: string
  readonly user: AccessUser
  /** A user of the same account with all rights. */
  readonly others: AccessUser
  /** The subject that it lacks. */
  readonly right: string | null
}

const DURABLE: readonly DurableCase[] = (['sender', 'receiver'] as const).flatMap((role) => {
  const rights = [null, ...withoutEach(userOf('t', [role], { durable: true })).keys()]
  return rights.map((number) => {
    const tenant = `${role}-${number ?? 'all'}`
    const all = userOf(tenant, [role], { durable: true })
    const others = userOf(tenant, ['loadtest'], { durable: true })
    const { user, right } = (number === null ? undefined : withoutEach(all)[number]) ?? {
      user: all,
      right: null,
    }
    return { role, tenant, user, others, right }
  })
})

function messageOf(): OutgoingMessage {
  return { id: crypto.randomUUID(), payload: new TextEncoder().encode('x') }
}

/** Whether a text names a subject that a pattern stands for. */
function names(text: string, pattern: string): boolean {
  const regExp = pattern
    .split('.')
    .map((token) =>
      token === '*' ? '[^. "]+' : token === '>' ? '.+' : token.replaceAll(/[$]/g, String.raw`\$`),
    )
    .join(String.raw`\.`)
  return new RegExp(`(^|[ "])${regExp}`).test(text)
}

describe.skipIf(!hasProgram)('A role in NATS (needs nats-server on the PATH)', () => {
  describe('that shares an account with other tenants', () => {
    const nats = serverWith(PLAIN)

    describe.each(PLAIN)('$role', ({ role, user, lacking }) => {
      test('does its work, and is denied nothing', async () => {
        const learned = await nats.learn(user, (connect) => work(role, user, connect, nats.others))
        expect(learned()).toEqual([])
      })

      test.each(lacking)(
        'learns that it may not $action $right',
        async ({ right, user: without }) => {
          const learned = await nats.learn(without, (connect) =>
            work(role, without, connect, nats.others),
          )
          expect(learned().join('\n')).toSatisfy((text: string) => names(text, right))
        },
      )
    })

    /** What a process of a role does with NATS. */
    async function work(
      role: RoleName,
      user: AccessUser,
      connect: Connect,
      others: () => Messenger,
    ): Promise<void> {
      const messenger = await connect(user)
      if (role === 'sender' || role === 'loadtest') {
        const other = await others().subscribe('bob', () => {})
        const message = messageOf()
        const targets = [
          { identity: 'bob', gateway: null },
          { identity: 'bob', gateway: others().gateway },
        ]
        for (const target of targets) await messenger.send(message, [target], SEND)
        await other.unsubscribe()
      }
      if (role === 'receiver' || role === 'gateway' || role === 'loadtest') {
        await messenger.subscribe('alice', () => {})
        await messenger.subscribeMatching('al*', () => {})
        const message = messageOf()
        await others().send(message, [{ identity: 'alice', gateway: messenger.gateway }], SEND)
      }
      if (role === 'loadtest') await findPatternHosts([nats.url(user)], SUBJECTS)
    }
  })

  describe('that has exactly-once delivery in an account of its own', () => {
    let server: ServerProgram

    beforeAll(async () => {
      const conf = natsConfigurationOf(
        DURABLE.flatMap(({ user, others }) => [user, others]),
        'own',
      )
      server = await startNatsProgram({ files: { 'server.conf': conf } })
    })

    afterAll(async () => {
      await server.stop()
    })

    test.each(['sender', 'receiver'] as const)(
      '%s does its work, and is denied nothing',
      async (role) => {
        const one = DURABLE.find((each) => each.role === role && each.right === null)
        if (one === undefined) throw new Error('no case')
        const learned: string[] = []
        await work(one, (message) => void learned.push(message))
        expect(learned).toEqual([])
      },
    )

    test('learns which right is missing, for each', async () => {
      const cases = DURABLE.filter(({ right }) => right !== null)
      const unnamed: string[] = []
      const left: Promise<void>[] = []
      await Promise.all(
        cases.map(async (one) => {
          const learned: string[] = []
          const { promise: named, resolve } = Promise.withResolvers<true>()
          const learn = (message: string): void => {
            learned.push(message)
            if (names(message, one.right ?? '')) resolve(true)
          }
          const working = work(one, learn).catch((error: unknown) => learn(String(error)))
          left.push(working)
          const isNamed = await Promise.race([named, working])
          if (isNamed !== true) unnamed.push(`${one.role} ${one.right}: ${learned.join('; ')}`)
        }),
      )
      expect(unnamed).toEqual([])
    })

    /** A message is sent by one user to the other, whose subscriber fails at first, which leaves a record. */
    async function work(
      { role, tenant, user, others }: DurableCase,
      learn: (message: string) => void,
    ): Promise<void> {
      const open = (as: AccessUser, gatewayName: string | null) =>
        connectNatsMessenger({
          servers: [natsUrlFor(as, server.port)],
          namespace: tenant,
          durability: { retentionMs: 60_000, ...(gatewayName === null ? {} : { gatewayName }) },
          warnings: new Warnings(({ message }) => {
            if (as === user) learn(message)
          }),
        })
      const opened: Messenger[] = []
      try {
        const first = await open(user, role === 'sender' ? null : 'g')
        opened.push(first)
        const second = await open(others, role === 'sender' ? 'g' : null)
        opened.push(second)
        const [from, to] = role === 'sender' ? [first, second] : [second, first]
        let failures = 1
        await to.subscribe(['bob', 'eve'], ({ identity }) => {
          if (identity === 'eve' && failures-- > 0) throw new Error('not now')
        })
        await to.subscribeMatching('e*', () => {})
        const targets = ['bob', 'eve'].map((identity) => ({ identity, gateway: to.gateway }))
        await from.send(messageOf(), targets, {
          ...SEND,
          delivery: 'exactly-once',
          timeoutMs: 5_000,
        })
        await from.send(messageOf(), targets, SEND)
        const plain = [null, new Subjects(DEFAULT_SUBJECT_PREFIX, tenant).gateway('none')]
        for (const gateway of plain) {
          await from.send(messageOf(), [{ identity: 'bob', gateway }], SEND)
        }
        // Records of a message are cleared after its receipts.
        await delay(50)
      } finally {
        await Promise.all(opened.map((messenger) => messenger.close()))
      }
    }
  })
})

/** A server with the users of some cases. */
function serverWith(cases: readonly Case[]) {
  let server: ServerProgram
  let others: Messenger

  beforeAll(async () => {
    const all = { ...userOf(TENANT, ['loadtest']), name: 'others' }
    const users = cases.flatMap(({ user, lacking }) => [user, ...lacking.map((each) => each.user)])
    const conf = natsConfigurationOf([all, ...users], 'shared')
    server = await startNatsProgram({ files: { 'server.conf': conf } })
    others = await open({ name: 'others' }, {})
  })

  afterAll(async () => {
    await others.close()
    await server.stop()
  })

  const open = (
    user: Pick<AccessUser, 'name'>,
    options: Partial<Parameters<typeof connectNatsMessenger>[0]>,
  ) =>
    connectNatsMessenger({
      servers: [natsUrlFor(user, server.port)],
      namespace: TENANT,
      warnings: new Warnings(() => {}),
      ...options,
    })

  return {
    others: () => others,
    url: (user: AccessUser) => natsUrlFor(user, server.port),
    /** Does some work as a user. @returns what its caller learns of failures. */
    learn: async (user: AccessUser, work: (connect: Connect) => Promise<void>) => {
      const learned: string[] = []
      const opened: Messenger[] = []
      const warnings = new Warnings(({ message }) => void learned.push(message))
      try {
        await work(async (as, options = {}) => {
          const messenger = await open(as, { ...options, ...(as === user ? { warnings } : {}) })
          opened.push(messenger)
          return messenger
        })
        await delay(20)
      } catch (error) {
        learned.push(error instanceof Error ? error.message : String(error))
      } finally {
        await Promise.all(opened.map((messenger) => messenger.close()))
      }
      return () => learned
    },
  }
}
