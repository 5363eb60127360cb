import {
  DURABLE_GATEWAY,
  DURABLE_NAME,
  FIXED,
  FORBIDDEN_SUBJECTS,
  HOST_GATEWAY,
  isRecord,
  SILENT_DURABLE_NAME,
  SILENT_GATEWAY,
  subjects,
} from './names.ts'

const INBOX = /^_INBOX(\.[^.*> \0]+)+$/
const OWN_SUBJECTS: ReadonlySet<string> = new Set([
  HOST_GATEWAY,
  DURABLE_GATEWAY,
  SILENT_GATEWAY,
  subjects.durableGateway(SILENT_DURABLE_NAME),
  subjects.durable(DURABLE_NAME),
  subjects.durable(SILENT_DURABLE_NAME),
  subjects.patternHosts(),
])
const IDENTITIES = new Set(FIXED.flatMap(({ identities }) => identities))
const OWN_STREAM = new RegExp(
  `^${subjects.prefix.replaceAll('.', '_')}-[a-z]+-${subjects.namespace}$`,
)

export function isInbox(subject: string): boolean {
  return INBOX.test(subject)
}

/** The subjects that the processes under test, the server and inputs may publish to. */
export function mayBePublished(subject: string): boolean {
  if (FORBIDDEN_SUBJECTS.includes(subject)) return false
  if (OWN_SUBJECTS.has(subject) || isInbox(subject)) return true
  const identity = subjects.identityOf(subject)
  if (identity !== null) {
    return (
      identity.startsWith('pat.') ||
      IDENTITIES.has(identity) ||
      /^(junk|unusual|churn)-\d+$/.test(identity)
    )
  }
  if (isRecord(subject)) return true
  if (subject.startsWith(`$JS.ACK.${subjects.messagesStream}.${DURABLE_NAME}.`)) return true
  if (subject.startsWith('$JS.EVENT.ADVISORY.')) return true
  return subject.startsWith('$JS.API.') && mayBeAsked(subject)
}

/** Requests to JetStream may concern the namespace's own streams only, and delete none. */
function mayBeAsked(subject: string): boolean {
  if (subject === '$JS.API.INFO') return true
  const isOwn = subject.split('.').some((word) => OWN_STREAM.test(word))
  return isOwn && !/STREAM\.DELETE/.test(subject)
}
