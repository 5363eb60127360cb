import {
  credsAuthenticator,
  nkeyAuthenticator,
  nkeys,
  tokenAuthenticator,
  usernamePasswordAuthenticator,
  type Authenticator,
} from '@nats-io/transport-node'
import { lastGood, readSecret, unusable, type FileSetting } from '../secret-file.ts'
import type { TlsSettings } from '../tls.ts'

/** How to be admitted to NATS servers: at most one of user and password, token, nkey and creds. */
export interface NatsAccess {
  readonly user: string | undefined
  readonly password: string | undefined
  readonly passwordFile: string | undefined
  readonly token: string | undefined
  readonly tokenFile: string | undefined
  /** The file of an nkey's seed. */
  readonly nkeyFile: string | undefined
  /** The `.creds` file of a JWT and its nkey's seed. */
  readonly credsFile: string | undefined
  /** `null`: TLS only if the servers require it. */
  readonly tls: TlsSettings | null
}

/**
 * How the client proves itself, at each of its connections; `null` if nothing is given. Files are read now and for
 * every connection: an error would end a client that reconnects for good, so the last content is used meanwhile.
 * @throws RegistryError `INVALID_ARGUMENT` naming the file and the setting.
 */
export function authenticatorOf(access: NatsAccess): Authenticator | null {
  const { user, password, passwordFile, token, tokenFile, nkeyFile, credsFile } = access
  if (credsFile !== undefined) {
    return credsAuthenticator(bytes(lastGood(() => readCreds(credsFile))))
  }
  if (nkeyFile !== undefined) {
    return nkeyAuthenticator(bytes(lastGood(() => seedIn(fileOf('nkey-file', nkeyFile)))))
  }
  if (tokenFile !== undefined) {
    return tokenAuthenticator(lastGood(() => readSecret(fileOf('token-file', tokenFile))))
  }
  if (passwordFile !== undefined && user !== undefined) {
    const read = lastGood(() => readSecret(fileOf('password-file', passwordFile)))
    return usernamePasswordAuthenticator(user, read)
  }
  if (token !== undefined) return tokenAuthenticator(token)
  return user === undefined ? null : usernamePasswordAuthenticator(user, password)
}

function fileOf(parameter: FileSetting['parameter'], path: string): FileSetting {
  return { kind: 'nats', parameter, path }
}

function bytes(read: () => string): () => Uint8Array {
  return () => new TextEncoder().encode(read())
}

const SEED = /^SU[A-Z2-7]{56}$/m

/** The seed in a file, which may have comments and a heading beside it. */
function seedIn(file: FileSetting): string {
  const seed = SEED.exec(readSecret(file))?.[0]
  if (seed === undefined) {
    throw unusable(file, "has no seed of a user's nkey: a line of SU and 56 letters and digits")
  }
  requireSeed(seed, file)
  return seed
}

/**
 * The text of a `.creds` file.
 * @throws RegistryError `INVALID_ARGUMENT`
 */
export function readCreds(path: string): string {
  const file = fileOf('creds', path)
  const text = readSecret(file)
  const parts = [...text.matchAll(/-{3,}[^\n]*-{3,}\r?\n\s*(\S+)\s*\r?\n\s*-{3,}[^\n]*-{3,}/g)]
  const [jwt = '', seed = ''] = parts.map((part) => part[1] ?? '')
  if (!/^[\w-]+\.[\w-]+\.[\w-]+$/.test(jwt) || !SEED.test(seed)) {
    throw unusable(file, "is not a .creds file: it must have a user's JWT and the seed of its nkey")
  }
  requireSeed(seed, file)
  return `-----BEGIN NATS USER JWT-----\n${jwt}\n------END NATS USER JWT------\n\n-----BEGIN USER NKEY SEED-----\n${seed}\n------END USER NKEY SEED------\n`
}

/** @throws RegistryError `INVALID_ARGUMENT` if its checksum is wrong. */
function requireSeed(seed: string, file: FileSetting): void {
  try {
    nkeys.fromSeed(new TextEncoder().encode(seed))
  } catch {
    throw unusable(file, 'has a damaged nkey seed: its checksum is wrong')
  }
}
