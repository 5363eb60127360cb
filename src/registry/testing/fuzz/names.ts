import { Subjects, DEFAULT_SUBJECT_PREFIX } from '../../nats/subjects.ts'

/** The names in a fuzz test. */
export const NAMESPACE = 'fuzz'
export const OTHER_NAMESPACE = 'fuzz-other'

export const subjects = new Subjects(DEFAULT_SUBJECT_PREFIX, NAMESPACE)
export const otherSubjects = new Subjects(DEFAULT_SUBJECT_PREFIX, OTHER_NAMESPACE)

export const HOST_GATEWAY = subjects.gateway('fuzz-host')
export const DURABLE_NAME = 'fuzz-durable'
export const DURABLE_GATEWAY = subjects.durableGateway(DURABLE_NAME)
/** Begin the subjects of its own records, and of those that all gateways share. */
const RECORD_PREFIXES = [subjects.progress(DURABLE_NAME, ''), subjects.progress('all', '')]
/** Gateways whose messages only the test receives, and answers falsely. */
export const SILENT_GATEWAY = subjects.gateway('fuzz-silent')
export const SILENT_DURABLE_NAME = 'fuzz-silent-durable'

/** How an identity is reached. */
export type Route =
  | 'gateway'
  | 'own'
  | 'pattern'
  | 'durable'
  | 'moody'
  | 'silent'
  | 'silentDurable'
  | 'mute'

/** The identities that stay registered, by the route to them; `gateway` is that of their registrations. */
export const FIXED: readonly {
  readonly route: Route
  readonly identities: readonly string[]
  readonly gateway: string | null
}[] = [
  { route: 'gateway', identities: names('gw', 4), gateway: HOST_GATEWAY },
  { route: 'own', identities: names('own', 3), gateway: null },
  { route: 'pattern', identities: names('pat.x', 3), gateway: null },
  { route: 'durable', identities: names('durable', 3), gateway: DURABLE_GATEWAY },
  // Its handler throws for most messages at first, which makes records of partly handled messages.
  { route: 'moody', identities: names('moody', 1), gateway: DURABLE_GATEWAY },
  { route: 'silent', identities: names('silent', 5), gateway: SILENT_GATEWAY },
  {
    route: 'silentDurable',
    identities: names('stored', 4),
    gateway: subjects.durableGateway(SILENT_DURABLE_NAME),
  },
  { route: 'mute', identities: names('mute', 1), gateway: null },
]

export function identitiesBy(route: Route): readonly string[] {
  return FIXED.find((each) => each.route === route)?.identities ?? []
}

/** Subjects that nothing may be published to: neither ours nor inboxes, and no input goes there. */
export const FORBIDDEN_SUBJECTS: readonly string[] = [
  'payments.execute',
  '$JS.API.STREAM.DELETE.ORDERS',
  '$JS.API.STREAM.PURGE.ORDERS',
  `$JS.API.STREAM.DELETE.${subjects.messagesStream}`,
  `$JS.API.STREAM.PURGE.${subjects.messagesStream}`,
  `$JS.API.CONSUMER.DELETE.${subjects.messagesStream}.${DURABLE_NAME}`,
  '$JS.ACK.ORDERS.worker.1.1.1.1700000000000000000.0',
  '$JS.EVENT.ADVISORY.forged',
  '$SYS.REQ.SERVER.PING',
  subjects.identity('canary'),
  subjects.gateway('canary'),
  subjects.durable('canary'),
  subjects.progress('canary', 'x'),
  otherSubjects.identity('user-1'),
  otherSubjects.gateway('fuzz-host'),
  otherSubjects.durable(DURABLE_NAME),
  otherSubjects.progress(DURABLE_NAME, 'x'),
  otherSubjects.patternHosts(),
  '_INBOX',
  '_INBOX.',
  '_INBOX..x',
  '_INBOX.x.',
  '_INBOX.>',
  '_INBOX.*.x',
  '_INBOXES.x',
  '_inbox.x',
  'x',
  '>',
]

/** Whether a durable gateway may keep a record at this subject. */
export function isRecord(subject: string): boolean {
  return RECORD_PREFIXES.some((prefix) => subject.startsWith(prefix))
}

function names(stem: string, count: number): readonly string[] {
  return Array.from({ length: count }, (_, n) => `${stem}-${n + 1}`)
}
