import { createHash } from 'node:crypto'
import { nkeys } from '@nats-io/transport-node'
import { freePort } from '../../../environment/free-port.ts'
import {
  CONFIGURATION_FILE,
  startNatsProgram,
  type ServerProgram,
} from '../../../environment/programs.ts'

type KeyPair = ReturnType<typeof nkeys.createUser>

/** A NATS server whose users are admitted by a JWT, and what makes users. */
export interface OperatedServer {
  readonly server: ServerProgram
  /** When each of its clients connected, in ms since 1970. */
  readonly connectedSince: () => Promise<readonly number[]>
  /**
   * The text of a `.creds` file of a new user.
   * @param lifeMs how long it is valid at least; NATS counts whole seconds.
   */
  readonly credsFor: (lifeMs?: number, permissions?: Permissions) => string
}

/** The permissions in a user's JWT. */
export interface Permissions {
  readonly pub?: { readonly allow?: readonly string[]; readonly deny?: readonly string[] }
  readonly sub?: { readonly allow?: readonly string[]; readonly deny?: readonly string[] }
}

/** Starts a server with an operator and one account with JetStream. */
export async function startOperatedServer(): Promise<OperatedServer> {
  const operator = nkeys.createOperator()
  const [account, system] = [nkeys.createAccount(), nkeys.createAccount()]
  const accountJwts = [account, system].map((pair, index) =>
    signed(operator, pair, `account-${index}`, {
      type: 'account',
      limits: {
        ...UNLIMITED,
        ...(pair === account
          ? { mem_storage: -1, disk_storage: -1, streams: -1, consumer: -1 }
          : {}),
      },
    }),
  )
  const systemAccount = system.getPublicKey()
  const operatorJwt = signed(operator, operator, 'operator', {
    type: 'operator',
    system_account: systemAccount,
  })
  const preload = [account, system]
    .map((pair, index) => `${pair.getPublicKey()}: ${accountJwts[index] ?? ''}`)
    .join('\n')
  const monitoring = await freePort()
  const server = await startNatsProgram({
    extraArgs: ['--http_port', `${monitoring}`],
    files: {
      [CONFIGURATION_FILE]: `operator: ${operatorJwt}\nresolver: MEMORY\nresolver_preload: {\n${preload}\n}\n`,
    },
  })
  const credsFor = (lifeMs?: number, permissions: Permissions = {}): string => {
    const user = nkeys.createUser()
    const end = lifeMs === undefined ? {} : { exp: Math.ceil((Date.now() + lifeMs) / 1_000) }
    const jwt = signed(account, user, 'user', { type: 'user', ...NO_LIMITS, ...permissions }, end)
    const seed = new TextDecoder().decode(user.getSeed())
    return `-----BEGIN NATS USER JWT-----\n${jwt}\n------END NATS USER JWT------\n\n-----BEGIN USER NKEY SEED-----\n${seed}\n------END USER NKEY SEED------\n`
  }
  const connectedSince = async (): Promise<readonly number[]> => {
    const response = await fetch(`http://127.0.0.1:${monitoring}/connz`)
    const { connections } = (await response.json()) as { connections: readonly { start: string }[] }
    return connections.map(({ start }) => Date.parse(start))
  }
  return { server, connectedSince, credsFor }
}

const NO_LIMITS = { subs: -1, data: -1, payload: -1 }
const UNLIMITED = { ...NO_LIMITS, imports: -1, exports: -1, wildcards: true, conn: -1, leaf: -1 }

/** A JWT of NATS: `docs.nats.io`, "JWTs and Privacy". */
function signed(
  issuer: KeyPair,
  subject: KeyPair,
  name: string,
  nats: object,
  end: { readonly exp?: number } = {},
): string {
  const claims = {
    ...end,
    jti: '',
    iat: Math.floor(Date.now() / 1_000),
    iss: issuer.getPublicKey(),
    name,
    sub: subject.getPublicKey(),
    nats: { ...nats, version: 2 },
  }
  claims.jti = createHash('sha256').update(JSON.stringify(claims)).digest('hex').toUpperCase()
  const parts = [{ typ: 'JWT', alg: 'ed25519-nkey' }, claims].map((part) =>
    Buffer.from(JSON.stringify(part)).toString('base64url'),
  )
  const signature = issuer.sign(new TextEncoder().encode(parts.join('.')))
  return [...parts, Buffer.from(signature).toString('base64url')].join('.')
}
