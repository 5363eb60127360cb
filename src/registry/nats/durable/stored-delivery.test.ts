import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { storedDeliveryOf } from './stored-delivery.ts'

describe('the subject of an acknowledgement', () => {
  test.each([
    '$JS.ACK.stream.orders.2.17.19.1795622289636948600.3',
    '$JS.ACK.hub.ACCHASH.stream.orders.2.17.19.1795622289636948600.3.token',
  ])('contains the sequence and the attempts: %s', (ackSubject) => {
    const delivery = storedDeliveryOf(ackSubject, 'stream', 'orders')
    expect(delivery).toEqual({ ackSubject, sequence: 17, attempts: 2 })
  })

  test.each([
    '',
    '$JS.API.STREAM.DELETE.ORDERS',
    '$JS.ACK.other.orders.2.17.19.1.3',
    '$JS.ACK.stream.other.2.17.19.1.3',
    '$JS.ACK.stream.orders.2.17.19.1',
    '$JS.ACK.stream.orders.-2.17.19.1.3',
    '$JS.ACK.stream.orders.2.x.19.1.3',
    '$JS.ACK.stream.orders.2.1e3.19.1.3',
    '_INBOX.a.stream.orders.2.17.19.1.3',
  ])('is refused: %j', (subject) => {
    expect(storedDeliveryOf(subject, 'stream', 'orders')).toBeNull()
  })

  test('in any other form is refused', () => {
    const words = fc.array(
      fc.constantFrom('$JS', 'ACK', 'stream', 'orders', '1', '', '*', '>', 'x y'),
    )
    fc.assert(
      fc.property(words, (parts) => {
        const delivery = storedDeliveryOf(parts.join('.'), 'stream', 'orders')
        if (delivery === null) return
        expect(parts.slice(0, 2)).toEqual(['$JS', 'ACK'])
        expect(parts.join('.')).toContain('.stream.orders.')
      }),
    )
  })
})
