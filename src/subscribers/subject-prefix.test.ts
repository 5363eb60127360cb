import fc from 'fast-check'
import { expect, test } from 'vitest'
import { durableSubject, gatewaySubject, identitySubject } from '../registry/nats/wire.ts'
import { subjectPrefixOf } from './subject-prefix.ts'

const part = fc.constantFrom('gateway', 'durable', 'progress', 'subscribers', 'loadtest', 'x', '_')
const namespaces = fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('-'))

test('the namespace that is used unless another is named has the subjects of prism-loadtest', () => {
  expect(identitySubject(subjectPrefixOf('loadtest'), 'loadtest-user-1')).toBe(
    'prism.multicast.loadtest-user-1',
  )
})

test('another namespace is heard by nobody who listens to all of prism.multicast', () => {
  expect(subjectPrefixOf('orders')).toBe('prism.multicast-orders')
})

test('no two namespaces share a subject, be it an identity or a gateway', () => {
  const subjectsOf = (namespace: string): readonly string[] => {
    const prefix = subjectPrefixOf(namespace)
    return [`${prefix}.`, gatewaySubject(prefix, ''), durableSubject(prefix, '')]
  }
  fc.assert(
    fc.property(namespaces, namespaces, (one, other) => {
      fc.pre(one !== other)
      const others = subjectsOf(other)
      expect(subjectsOf(one).filter((subject) => others.includes(subject))).toEqual([])
    }),
  )
})

test('what is no namespace has no subjects', () => {
  expect(() => subjectPrefixOf('a.b')).toThrow(/namespace/)
})
