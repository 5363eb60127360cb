import type { Msg, MsgHdrs } from '@nats-io/transport-node'
import { expect, test } from 'vitest'
import { HostedSubscribers } from '../hosted-subscribers.ts'
import { parseIdentityPattern } from '../identity-pattern.ts'
import type { ReceivedMessage } from '../messenger.ts'
import { Warnings } from '../warnings.ts'
import type { Connection } from './connection.ts'
import { Hosting } from './hosting.ts'
import { encodeSlotsBody, slotsHeaders } from './slots-message.ts'
import { encodeGatewayBody, gatewayHeaders, tellSlots } from './wire.ts'

const marks = { id: 'm', resendable: false, repeatable: false }
const NAMES = Array.from({ length: 100 }, (_, at) => `id-${at}`)

/** A host of these names without a server: takes messages and records answers. */
function startHost() {
  const subscribers = new HostedSubscribers()
  const hosting = new Hosting(subscribers, new Warnings(() => {}))
  const answers: string[] = []
  const connection = {
    maxPayloadBytes: 1024 * 1024,
    nats: { publish: (_: string, body: string) => void answers.push(body) },
  } as unknown as Connection
  const send = async (head: MsgHdrs, data: Uint8Array): Promise<string> => {
    const message = { subject: 'gateway', reply: '_INBOX.x', headers: head, data }
    hosting.acceptForGateway(message as unknown as Msg, connection)
    await hosting.idle()
    return answers.pop() ?? ''
  }
  const sendNames = (): Promise<string> => {
    const head = gatewayHeaders(marks, 1, NAMES.length)
    tellSlots(head, { id: 't', slots: [0, NAMES.length - 1] }, 1_000)
    return send(head, encodeGatewayBody(Uint8Array.of(1), NAMES))
  }
  const sendSlots = (): Promise<string> => {
    const slots = [0, NAMES.length - 1]
    const head = slotsHeaders(marks, 1, { id: 't', slots })
    return send(head, encodeSlotsBody(Uint8Array.of(1), slots))
  }
  return { subscribers, sendNames, sendSlots }
}

/** Sends enough names without a subscriber to renumber all names. */
function numberAnew({ numbering }: HostedSubscribers): void {
  const { generation } = numbering
  for (let at = 0; numbering.generation === generation; at += 1) {
    numbering.numberOf(`${'x'.repeat(240)}-${generation}-${at}`)
  }
}

test('a message by slot reaches the same names even if they are renumbered meanwhile', async () => {
  const { subscribers, sendNames, sendSlots } = startHost()
  const got: string[] = []
  let isNumberedAnew = false
  const handler = ({ identity, index }: ReceivedMessage): void => {
    got.push(`${identity} ${index}`)
    if (identity !== 'id-10' || !isNumberedAnew) return
    numberAnew(subscribers)
    subscribers.remove('id-20', subscribed)
  }
  const subscribed = { handler }
  // Numbered in a different order than in the table.
  for (const [at, name] of [...NAMES.entries()].toReversed()) subscribers.add(name, subscribed, at)
  expect(await sendNames()).toMatch(/^prism-receipt\/2 100\nholds [\w-]+\nhandled 0-99$/)
  const wanted = NAMES.map((name, at) => `${name} ${at}`)
  expect(got).toEqual(wanted)

  got.length = 0
  isNumberedAnew = true
  const answer = await sendSlots()
  expect(answer).toMatch(/^prism-receipt\/2 100\nholds [\w-]+\nhandled 0-19,21-99\nrefused 20$/)
  expect(got).toEqual(wanted.filter((_, at) => at !== 20))

  // The told names are forgotten, and the host says so.
  got.length = 0
  isNumberedAnew = false
  expect(await sendSlots()).toMatch(/^prism-receipt\/2 100\nlacks [\w-]+$/)
  expect(got).toEqual([])
  expect(await sendNames()).toMatch(
    /^prism-receipt\/2 100\nholds [\w-]+\nhandled 0-19,21-99\nrefused 20$/,
  )
  expect(await sendSlots()).toMatch(/handled 0-19,21-99\nrefused 20$/)
})

test('a message by slot reaches the current subscribers: a new one, and a pattern', async () => {
  const { subscribers, sendNames, sendSlots } = startHost()
  const got: string[] = []
  const hear = (who: string) => ({
    handler: ({ identity }: ReceivedMessage): void => void got.push(`${who} ${identity}`),
  })
  subscribers.add('id-1', hear('first'))
  expect(await sendNames()).toMatch(/handled 1\nrefused 0,2-99$/)
  subscribers.add('id-1', hear('second'))
  subscribers.add('id-2', hear('later'))
  subscribers.addMatching(parseIdentityPattern('id-9*'), hear('pattern').handler)
  expect(await sendSlots()).toMatch(/handled 1-2,9,90-99\nrefused 0,3-8,10-89$/)
  const byPattern = ['id-9', ...NAMES.slice(90)].map((name) => `pattern ${name}`)
  expect(got).toEqual(['first id-1', 'second id-1', 'later id-2', ...byPattern])
})
