import { beforeEach, expect, onTestFinished, test } from 'vitest'
import { connect as connectAnyone } from '@nats-io/transport-node'
import {
  CONFIGURATION_FILE,
  missingPrograms,
  startNatsProgram,
} from '../../environment/programs.ts'
import { Warnings } from '../warnings.ts'
import { connectNatsMessenger } from './nats-messenger.ts'
import { findPatternHosts } from './pattern-hosts.ts'
import { Subjects } from './subjects.ts'

const missing = missingPrograms()
beforeEach(({ skip }) => skip(missing !== undefined, missing))

const NAMESPACES = ['one', '{two}', 'three-{3}']
const userOf = (namespace: string): string => `user${NAMESPACES.indexOf(namespace)}`

/** A server with a user per namespace that may subscribe to nothing of other namespaces. */
async function startSharedServer() {
  const users = NAMESPACES.map((namespace) => {
    const own = ['p', 'p-gateway', 'p-subscribers'].map((role) => `"${role}.${namespace}.>"`)
    const subscribe = [...own, `"p-subscribers.${namespace}"`, `"_INBOX.${namespace}.>"`]
    return `{ user: ${userOf(namespace)}, password: pw, permissions: { publish: ">", subscribe: { allow: [${subscribe.join(', ')}] } } }`
  })
  const configuration = `authorization: { users: [${users.join(', ')}] }`
  const server = await startNatsProgram({ files: { [CONFIGURATION_FILE]: configuration } })
  onTestFinished(() => server.stop())
  return (namespace: string): string => `nats://${userOf(namespace)}:pw@127.0.0.1:${server.port}`
}

test('replies arrive below _INBOX.<namespace>, for every guarantee and every form of namespace', async () => {
  const urlOf = await startSharedServer()
  for (const namespace of NAMESPACES) {
    const told: string[] = []
    const url = urlOf(namespace)
    const messenger = await connectNatsMessenger({
      servers: [url],
      namespace,
      subjectPrefix: 'p',
      durability: { gatewayName: 'g' },
      warnings: new Warnings(({ message }) => told.push(message)),
    })
    onTestFinished(() => messenger.close())
    await messenger.subscribe('a', () => {})
    await messenger.subscribeMatching('b*', () => {})
    for (const delivery of ['at-most-once', 'at-least-once', 'exactly-once'] as const) {
      const message = { id: delivery, payload: new Uint8Array(1) }
      const targets = [{ identity: 'a', gateway: messenger.gateway }]
      const options = { delivery, timeoutMs: 5_000, receipts: true }
      const report = await messenger.send(message, targets, options)
      expect([namespace, delivery, report.get('a')]).toEqual([namespace, delivery, 'DELIVERED'])
    }
    const hosts = await findPatternHosts([url], new Subjects('p', namespace))
    expect(hosts).toEqual([{ gateway: messenger.gateway, pattern: 'b*' }])
    expect(told).toEqual([])
  }
})

test("a namespace's user can't listen to the replies of another namespace", async () => {
  const urlOf = await startSharedServer()
  const sender = await connectNatsMessenger({
    servers: [urlOf('one')],
    namespace: 'one',
    subjectPrefix: 'p',
  })
  onTestFinished(() => sender.close())
  await sender.subscribe('a', () => {})
  const { hostname, port, username, password } = new URL(urlOf('{two}'))
  const other = await connectAnyone({
    servers: [`${hostname}:${port}`],
    user: username,
    pass: password,
  })
  onTestFinished(() => other.close())
  const heard: string[] = []
  const refused: string[] = []
  for (const subject of ['_INBOX.>', '_INBOX.one.>', '_INBOX.*.*.*.*', '_INBOX.one.*.1.0', '>']) {
    other.subscribe(subject, {
      callback: (error, message) => {
        if (error === null) heard.push(message.subject)
        else refused.push(subject)
      },
    })
  }
  await other.flush()
  const targets = [{ identity: 'a', gateway: sender.gateway }]
  const options = { delivery: 'at-most-once', timeoutMs: 5_000, receipts: true } as const
  const report = await sender.send({ id: 'm', payload: new Uint8Array(1) }, targets, options)
  expect(report.get('a')).toBe('DELIVERED')
  await other.flush()
  expect(heard).toEqual([])
  expect(refused).toHaveLength(5)
})
