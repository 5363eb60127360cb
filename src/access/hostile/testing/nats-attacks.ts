import { DEFAULT_SUBJECT_PREFIX, Subjects } from '../../../registry/nats/subjects.ts'
import type { Attack, AttackKind } from './attack.ts'
import { ATTACKER, IDENTITY, VICTIM } from './redis-attacks.ts'

/** An attack by frames of the protocol. */
export interface NatsAttack extends Attack {
  readonly frames: string
  /** What the server must say in a shared account. */
  readonly says: RegExp
  /** How it logs in, if not as the attacker. */
  readonly as?: { readonly user?: string; readonly pass?: string }
}

const own = new Subjects(DEFAULT_SUBJECT_PREFIX, ATTACKER)
const victim = new Subjects(DEFAULT_SUBJECT_PREFIX, VICTIM)
/** The gateway's name of the victim. */
export const GATEWAY = 'g-1'
/** The part of the victim's inboxes that an attacker may have guessed. */
const inbox = `${victim.inboxPrefix}.x.1.0`

function hear(name: string, subject: string, queue = ''): NatsAttack {
  return {
    kind: 'subscribe',
    name,
    frames: `SUB ${subject} ${queue === '' ? '' : `${queue} `}1\r\n`,
    says: /-ERR 'Permissions Violation for Subscription to/,
    back: '`Permissions Violation`',
  }
}

function tell(kind: AttackKind, name: string, subject: string, body = 'x', reply = ''): NatsAttack {
  const to = reply === '' ? subject : `${subject} ${reply}`
  return {
    kind,
    name,
    frames: `PUB ${to} ${Buffer.byteLength(body)}\r\n${body}\r\n`,
    says: /-ERR 'Permissions Violation for Publish to/,
    back: '`Permissions Violation`',
  }
}

function api(kind: AttackKind, name: string, subject: string, request: unknown = {}): NatsAttack {
  return tell(kind, name, `$JS.API.${subject}`, JSON.stringify(request), `${own.inboxPrefix}.me`)
}

const stream = { name: 'S', storage: 'memory', retention: 'limits', num_replicas: 1 }

/** All attacks on NATS. */
export const NATS_ATTACKS: readonly NatsAttack[] = [
  hear('hear everything (`>`)', '>'),
  hear('hear all subjects of four tokens (`*.*.*.*`)', '*.*.*.*'),
  hear('hear the messages of all tenants (`prism.multicast.>`)', `${DEFAULT_SUBJECT_PREFIX}.>`),
  hear('hear the messages of the victim', victim.identity('>')),
  hear('hear one identity of the victim', victim.identity(IDENTITY)),
  hear(
    'hear an identity of all tenants (`*` as the namespace)',
    `${DEFAULT_SUBJECT_PREFIX}.*.${IDENTITY}`,
  ),
  hear('hear namespaces that begin alike (`vic*`)', `${DEFAULT_SUBJECT_PREFIX}.${ATTACKER}*.>`),
  hear("hear the victim's gateways", victim.gateway('*')),
  hear('hear all gateways', `${DEFAULT_SUBJECT_PREFIX}-gateway.>`),
  hear(
    "take messages from the victim's gateway as one of its processes (its queue group)",
    victim.gateway(GATEWAY),
    'gateway',
  ),
  hear(
    "take messages from the victim's pattern as its host (its queue group)",
    victim.identity('>'),
    victim.gateway(GATEWAY),
  ),
  hear('answer as a host of patterns', victim.patternHosts()),
  hear('hear all receipts (`_INBOX.>`)', '_INBOX.>'),
  hear("hear the victim's receipts", `${victim.inboxPrefix}.>`),
  hear('hear receipts by wildcards (`_INBOX.*.*.*.*`)', '_INBOX.*.*.*.*'),
  hear("hear the victim's kept messages", victim.durable('*')),
  hear('hear the server (`$SYS.>`)', '$SYS.>'),
  hear('hear requests to JetStream (`$JS.API.>`)', '$JS.API.>'),
  hear('hear what JetStream does (`$JS.EVENT.>`)', '$JS.EVENT.>'),
  hear('hear acknowledgements (`$JS.ACK.>`)', '$JS.ACK.>'),
  tell('publish', 'send to an identity of the victim', victim.identity(IDENTITY)),
  tell('publish', "send to the victim's gateway", victim.gateway(GATEWAY)),
  tell('publish', 'forge a receipt', inbox, 'prism-receipt/2 1\nhandled 0'),
  tell('publish', "store a message for the victim's durable gateway", victim.durable(GATEWAY)),
  tell('publish', 'forge a record of handled messages', victim.progress(GATEWAY, 'k')),
  {
    ...tell('publish', 'send with headers to an identity of the victim', victim.identity(IDENTITY)),
    frames: `HPUB ${victim.identity(IDENTITY)} 12 13\r\nNATS/1.0\r\n\r\nx\r\n`,
  },
  tell(
    'existence',
    'ask an identity of the victim to answer',
    victim.identity('nobody'),
    '',
    `${own.inboxPrefix}.me`,
  ),
  tell(
    'existence',
    "ask for the victim's hosts of patterns",
    victim.patternHosts(),
    '',
    `${own.inboxPrefix}.me`,
  ),
  tell(
    'existence',
    "ask whether the victim's gateway is there",
    victim.gateway(GATEWAY),
    '',
    `${own.inboxPrefix}.me`,
  ),
  tell(
    'list',
    'list servers (`$SYS.REQ.SERVER.PING`)',
    '$SYS.REQ.SERVER.PING',
    '',
    `${own.inboxPrefix}.me`,
  ),
  tell(
    'list',
    'list connections (`CONNZ`)',
    '$SYS.REQ.SERVER.PING.CONNZ',
    '',
    `${own.inboxPrefix}.me`,
  ),
  tell(
    'list',
    'list subscriptions (`SUBSZ`)',
    '$SYS.REQ.SERVER.PING.SUBSZ',
    '',
    `${own.inboxPrefix}.me`,
  ),
  tell(
    'list',
    'list accounts (`ACCOUNTZ`)',
    '$SYS.REQ.SERVER.PING.ACCOUNTZ',
    '',
    `${own.inboxPrefix}.me`,
  ),
  api('list', 'list streams', 'STREAM.NAMES'),
  api('list', 'ask for the account of JetStream', 'INFO'),
  api('read', 'keep copies of what the victim gets (a stream of its subjects)', 'STREAM.CREATE.S', {
    ...stream,
    subjects: [victim.identity('>')],
  }),
  api('read', 'keep copies of receipts (a stream of inboxes)', 'STREAM.CREATE.S', {
    ...stream,
    subjects: ['_INBOX.>'],
  }),
  api('read', "mirror the victim's stream", 'STREAM.CREATE.S', {
    ...stream,
    mirror: { name: victim.messagesStream },
  }),
  api('read', "draw from the victim's stream (a source)", 'STREAM.CREATE.S', {
    ...stream,
    sources: [{ name: victim.messagesStream }],
  }),
  api('read', 'read a kept message', `STREAM.MSG.GET.${victim.messagesStream}`, { seq: 1 }),
  api('read', 'read a kept message (direct get)', `DIRECT.GET.${victim.messagesStream}`, {
    seq: 1,
  }),
  api(
    'read',
    "take the victim's kept messages",
    `CONSUMER.MSG.NEXT.${victim.messagesStream}.${GATEWAY}`,
    { batch: 1 },
  ),
  api(
    'read',
    "have kept messages delivered (a consumer of one's own)",
    `CONSUMER.CREATE.${victim.messagesStream}`,
    {
      stream_name: victim.messagesStream,
      config: { deliver_subject: `${own.inboxPrefix}.loot`, ack_policy: 'none' },
    },
  ),
  api('write', 'let a stream publish to the victim (`republish`)', 'STREAM.CREATE.S', {
    ...stream,
    subjects: [own.identity('>')],
    republish: { src: '>', dest: victim.identity(IDENTITY) },
  }),
  api('write', 'let a consumer deliver to the victim', 'CONSUMER.CREATE.S', {
    stream_name: 'S',
    config: { deliver_subject: victim.identity(IDENTITY), ack_policy: 'none' },
  }),
  api('write', "delete the victim's stream", `STREAM.DELETE.${victim.messagesStream}`),
  api('write', "empty the victim's stream", `STREAM.PURGE.${victim.messagesStream}`),
  api(
    'write',
    "delete the victim's consumer",
    `CONSUMER.DELETE.${victim.messagesStream}.${GATEWAY}`,
  ),
  tell(
    'write',
    "acknowledge the victim's message",
    `$JS.ACK.${victim.messagesStream}.${GATEWAY}.1.1.1.1.0`,
    '+ACK',
  ),
  {
    ...tell(
      'publish',
      "let one's own gateway reply to an identity of the victim (reply subject)",
      own.identity(IDENTITY),
      'x',
      victim.identity(IDENTITY),
    ),
    says: /PONG/,
    back: 'no reply: that is no inbox',
  },
  {
    ...tell(
      'publish',
      "let one's own gateway forge a receipt (reply subject)",
      own.identity(IDENTITY),
      'x',
      inbox,
    ),
    says: /PONG/,
    back: "`Permissions Violation` at the attacker's gateway",
  },
  {
    ...tell(
      'publish',
      'let the server forge an answer (nobody there, reply subject)',
      own.identity('nobody'),
      '',
      inbox,
    ),
    says: /PONG/,
    back: 'nothing: the server answers only the asker',
  },
  tell('rights', 'change accounts (`$SYS.REQ.CLAIMS.UPDATE`)', '$SYS.REQ.CLAIMS.UPDATE', 'x'),
  {
    kind: 'rights',
    name: "log in as the victim with one's own password",
    as: { user: VICTIM },
    frames: '',
    says: /-ERR 'Authorization Violation'/,
    back: '`Authorization Violation`',
  },
  {
    kind: 'rights',
    name: 'log in without a name',
    as: {},
    frames: '',
    says: /-ERR 'Authorization Violation'/,
    back: '`Authorization Violation`',
  },
  {
    kind: 'rights',
    name: 'become the victim later (a second `CONNECT`)',
    frames: `CONNECT {"user":"${VICTIM}","verbose":false}\r\nSUB ${victim.identity('>')} 1\r\n`,
    says: /-ERR '(Authorization Violation|Permissions Violation)/,
    back: 'the connection keeps its rights, or ends',
  },
  {
    kind: 'rights',
    name: 'speak as a server of the cluster (`RS+`)',
    frames: `RS+ $G ${victim.identity('>')}\r\n`,
    says: /-ERR 'Unknown Protocol Operation'/,
    back: '`Unknown Protocol Operation`; the connection ends',
  },
  {
    kind: 'starve',
    name: 'announce a message of 1 GB',
    frames: `PUB ${own.identity('x')} 1000000000\r\n`,
    says: /\(closed\)$/,
    back: 'the connection ends',
  },
  {
    kind: 'starve',
    name: 'send an endless line',
    frames: `SUB ${'x'.repeat(100_000)}`,
    says: /\(closed\)$/,
    back: 'the connection ends',
  },
  {
    kind: 'starve',
    name: "make 10,000 subscriptions of one's own",
    frames: Array.from(
      { length: 10_000 },
      (_, at) => `SUB ${own.identity(`s${at}`)} ${at + 2}\r\n`,
    ).join(''),
    says: /PONG/,
    back: 'allowed; the victim notices nothing',
  },
]
