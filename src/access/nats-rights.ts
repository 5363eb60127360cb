import { Subjects } from '../registry/nats/subjects.ts'
import type { AccessRequest, RoleName } from './role.ts'

/** The subjects that a NATS user may publish and subscribe to; sorted. Everything else is denied. */
export interface NatsRights {
  readonly publish: readonly string[]
  readonly subscribe: readonly string[]
}

/** The rights in NATS that roles need, and no others. */
export function natsRights({ roles, tenant, subjectPrefix, durable }: AccessRequest): NatsRights {
  const subjects = new Subjects(subjectPrefix, tenant)
  const publish = new Set<string>()
  const subscribe = new Set([inboxes(subjects)])
  for (const role of roles) {
    const rights = rightsOf(role, subjects, durable)
    for (const subject of rights.publish) publish.add(subject)
    for (const subject of rights.subscribe) subscribe.add(subject)
  }
  if (durable) {
    for (const subject of openingStreams(subjects)) publish.add(subject)
  }
  return { publish: [...publish].sort(), subscribe: [...subscribe].sort() }
}

/** Where replies to requests of a namespace arrive. */
function inboxes({ inboxPrefix }: Subjects): string {
  return `${inboxPrefix}.>`
}

/** Every registry has a gateway, whatever it does: a durable one if it receives what is kept for it. */
function rightsOf(role: RoleName, subjects: Subjects, durable: boolean): NatsRights {
  const sending = {
    publish: [
      subjects.identity('>'),
      subjects.gateway('*'),
      ...(durable ? [subjects.durableGateway('*'), subjects.durable('*')] : []),
    ],
    subscribe: [subjects.gateway('*')],
  }
  const receiving = {
    publish: [inboxes(subjects), ...(durable ? keptMessages(subjects) : [])],
    subscribe: [
      durable ? subjects.durableGateway('*') : subjects.gateway('*'),
      subjects.identity('>'),
      subjects.patternHosts(),
    ],
  }
  switch (role) {
    case 'writer':
    case 'reader':
      return { publish: [], subscribe: [subjects.gateway('*')] }
    case 'sender':
      return sending
    case 'gateway':
    case 'receiver':
      return receiving
    case 'loadtest':
      return {
        publish: [...sending.publish, ...receiving.publish, subjects.patternHosts()],
        subscribe: [...sending.subscribe, ...receiving.subscribe],
      }
  }
}

/** JetStream's subjects for opening the streams of a namespace. */
function openingStreams({ messagesStream, progressStream }: Subjects): readonly string[] {
  return [
    '$JS.API.INFO',
    ...[messagesStream, progressStream].flatMap((stream) => [
      `$JS.API.STREAM.INFO.${stream}`,
      `$JS.API.STREAM.CREATE.${stream}`,
    ]),
  ]
}

/** JetStream's subjects for receiving kept messages, and for records of who has handled them. */
function keptMessages(subjects: Subjects): readonly string[] {
  const { messagesStream, progressStream } = subjects
  return [
    `$JS.API.CONSUMER.INFO.${messagesStream}.*`,
    `$JS.API.CONSUMER.CREATE.${messagesStream}.>`,
    `$JS.API.CONSUMER.MSG.NEXT.${messagesStream}.*`,
    `$JS.ACK.${messagesStream}.>`,
    `$JS.API.STREAM.MSG.GET.${progressStream}`,
    `$JS.API.STREAM.PURGE.${progressStream}`,
    subjects.progress('*', '*'),
  ]
}
