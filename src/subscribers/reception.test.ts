import { expect, test } from 'vitest'
import { Reception } from './reception.ts'

const message = (id: string, identity: string) => ({
  id,
  identity,
  index: 0,
  payload: Buffer.from('four'),
})

test('counts messages, receipts, identities and duplicates separately', () => {
  const reception = new Reception()
  for (const identity of ['a', 'b']) reception.receive(message('m1', identity))
  reception.receive(message('m2', 'a'))
  reception.receive(message('m1', 'a'))
  expect(reception.figures).toEqual({
    messages: 2,
    receipts: 3,
    duplicates: 1,
    bytes: 16,
    identities: 2,
  })
})

test('counts receipts of identities beyond the tracked ones', () => {
  const reception = new Reception(1)
  for (const identity of ['a', 'b', 'c']) reception.receive(message('m1', identity))
  expect(reception.figures).toMatchObject({ receipts: 3, identities: 1, duplicates: 0 })
})
