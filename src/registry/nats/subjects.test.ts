import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseIdentityPattern } from '../identity-pattern.ts'
import { validateIdentity, validateNamespace } from '../identity.ts'
import { Subjects } from './subjects.ts'

const DEFAULT = new Subjects('p', 'n')

/** Whether NATS delivers messages to `subject` to subscribers of `listened`. */
function hears(listened: string, subject: string): boolean {
  const words = subject.split('.')
  const wanted = listened.split('.')
  for (const [at, word] of wanted.entries()) {
    if (word === '>') return words.length > at
    if (word !== words[at] && (word !== '*' || words[at] === undefined)) return false
  }
  return words.length === wanted.length
}

/** Names that attackers might choose to reach others' subjects, besides arbitrary ones. */
const word = fc.oneof(
  fc.constantFrom('a', 'b', 'a-gateway', 'gateway', 'durable', 'subscribers', 'progress', 'n', 'x'),
  fc.stringMatching(/^[a-z0-9_-]{1,6}$/),
)
const namespace = fc.oneof(
  word,
  word.map((text) => `{${text}}`),
)
const identity = fc
  .array(word, { minLength: 1, maxLength: 4 })
  .map((words) => words.join('.'))
  .filter((text) => !text.startsWith('~'))
const pattern = identity.chain((text) =>
  fc
    .nat({ max: text.length - 1 })
    .map((at) => `${text.slice(0, at)}*${text.slice(at + 1)}`)
    .filter((each) => !/\.\.|^\.|\.$/.test(each)),
)

/** Everything that a process of one namespace listens to. */
const listened = (subjects: Subjects, hosted: string, covered: string, name: string): string[] => [
  subjects.identity(hosted),
  subjects.pattern(covered),
  subjects.gateway(name),
  subjects.durableGateway(name),
  subjects.durable(name),
  subjects.durable('*'),
  subjects.progress('*', '*'),
  subjects.patternHosts(),
]

/** Everything that a process of one namespace sends to. */
const sentTo = (subjects: Subjects, target: string, name: string): string[] => [
  subjects.identity(target),
  subjects.gateway(name),
  subjects.durableGateway(name),
  subjects.durable(name),
  subjects.progress(name, 'key'),
  subjects.patternHosts(),
]

describe('the subjects of two namespaces', () => {
  test('never overlap, whatever the names of identities, patterns and gateways', () => {
    fc.assert(
      fc.property(
        fc.record({ namespace, identity, pattern, name: word }),
        fc.record({ namespace, identity, name: word }),
        (one, other) => {
          fc.pre(one.namespace !== other.namespace)
          validateNamespace(one.namespace)
          validateIdentity(one.identity)
          const ears = listened(
            new Subjects('prism.multicast', one.namespace),
            one.identity,
            one.pattern,
            one.name,
          )
          const others = new Subjects('prism.multicast', other.namespace)
          const crossings = sentTo(others, other.identity, other.name).filter((subject) =>
            ears.some((ear) => hears(ear, subject)),
          )
          expect(crossings).toEqual([])
          for (const gateway of [others.gateway(other.name), others.durableGateway(other.name)]) {
            expect(new Subjects('prism.multicast', one.namespace).isGateway(gateway)).toBe(false)
          }
        },
      ),
      { numRuns: 2_000 },
    )
  })

  test("follow the same rule in the original tool's namespace", () => {
    const original = new Subjects('prism.multicast', 'loadtest')
    expect(original.identity('loadtest-user-1')).toBe('prism.multicast.loadtest.loadtest-user-1')
    const orders = new Subjects('prism.multicast', 'orders')
    expect(original.identity('orders.user-1')).not.toBe(orders.identity('user-1'))
  })
})

test('no role receives messages of another within a namespace', () => {
  const roles = (target: string, name: string) => [
    DEFAULT.identity(target),
    DEFAULT.gateway(name),
    DEFAULT.durableGateway(name),
    DEFAULT.durable(name),
    DEFAULT.progress(name, 'k'),
    DEFAULT.patternHosts(),
  ]
  fc.assert(
    fc.property(identity, pattern, word, word, (target, covered, name, other) => {
      const sent = roles(target, name)
      expect(new Set([...sent, ...roles(target, other)]).size).toBe(name === other ? 6 : 10)
      for (const subject of sent.slice(1))
        expect(hears(DEFAULT.pattern(covered), subject)).toBe(false)
    }),
  )
})

describe('a gateway of the namespace', () => {
  test.each([
    'p-gateway.n.a',
    'p-gateway.n.durable',
    'p-gateway.n.durable.a',
    `p-gateway.n.${'x'.repeat(64)}`,
  ])('is %s', (subject) => {
    expect(DEFAULT.isGateway(subject)).toBe(true)
  })

  test.each([
    '',
    'payments.execute',
    '$JS.API.STREAM.LIST',
    '_INBOX.x',
    'p-gateway.n.',
    'p-gateway.n.durable.',
    'p-gateway.n.durable.a.b',
    'p-gateway.n.a.b',
    'p-gateway.n.*',
    'p-gateway.n.>',
    'p-gateway.n.a b',
    'p-gateway.n.a\r\nPUB x 0',
    'p-gateway.other.a',
    'p-gateway.n',
    'q-gateway.n.a',
    'p.n.a',
    'p-durable.n.a',
    `p-gateway.n.${'x'.repeat(65)}`,
    `p-gateway.n.${'x'.repeat(5_000)}`,
  ])('is not %s', (subject) => {
    expect(DEFAULT.isGateway(subject)).toBe(false)
  })
})

test("a pattern's subject covers the subject of every identity that matches", () => {
  const text = fc
    .array(fc.constantFrom('a', 'b', '*', '.'), { minLength: 1, maxLength: 8 })
    .map((letters) => letters.join(''))
    .filter((each) => !/^\.|\.\.|\.$/.test(each))
  fc.assert(
    fc.property(text, text, (covering, written) => {
      const name = written.replaceAll('*', 'x')
      fc.pre(parseIdentityPattern(covering).matches(name))
      expect(hears(DEFAULT.pattern(covering), DEFAULT.identity(name))).toBe(true)
    }),
  )
})

test.each([
  ['*', 'p.n.>'],
  ['user-*', 'p.n.>'],
  ['sensors.attic.*', 'p.n.sensors.attic.>'],
  ['sensors.*.x', 'p.n.sensors.>'],
  ['lamp', 'p.n.lamp'],
])('the pattern %s listens to %s, with as many whole tokens as possible', (text, subject) => {
  expect(DEFAULT.pattern(text)).toBe(subject)
})

test('an identity is recovered from its subject, and other subjects have none', () => {
  fc.assert(
    fc.property(identity, (name) => {
      expect(DEFAULT.identityOf(DEFAULT.identity(name))).toBe(name)
      expect(DEFAULT.identityOf(new Subjects('p', 'm').identity(name))).toBeNull()
      expect(DEFAULT.identityOf(DEFAULT.gateway('a'))).toBeNull()
    }),
  )
})

test.each(['', 'a..b', 'a.*', '>', 'a b', '.a', 'a.', 'ä', 'a\r\nb', 'x'.repeat(129)])(
  'the subject prefix "%s" is an invalid argument',
  (prefix) => {
    expect(() => new Subjects(prefix, 'n')).toThrow(/subjectPrefix/)
  },
)
