import { createPrivateKey, X509Certificate } from 'node:crypto'
import { isIP } from 'node:net'
import { checkServerIdentity, createSecureContext, type PeerCertificate } from 'node:tls'
import { RegistryError } from './errors.ts'
import { lastGood, readSettingFile, unusable, type FileSetting } from './secret-file.ts'
import {
  ParameterError,
  settingsOf,
  type NatsParameter,
  type RedisParameter,
  type ServerKind,
} from './server-parameters.ts'

/** PEM text, or the file that has it; a file is read again for every connection. */
export type Pem = string | { readonly file: string }

/** How TLS checks a server and proves the client. Everything `null`: TLS with Node's own authorities. */
export interface TlsSettings {
  /** Certificates of the authorities that servers' certificates are checked against. Default: Node's. */
  readonly ca: Pem | null
  /** The client's certificate, with its chain, and the certificate's key: both or neither. */
  readonly cert: Pem | null
  readonly key: Pem | null
  /** The name that the servers' certificates must have, instead of the host in the address. */
  readonly serverName: string | null
}

/** The options of Node's `tls.connect`; reading them reads the files. */
export interface TlsOptions {
  readonly ca?: string
  readonly cert?: string
  readonly key?: string
  readonly servername?: string
  readonly checkServerIdentity?: typeof checkServerIdentity
}

type PemParameter = 'tls-ca' | 'tls-cert' | 'tls-key'

/**
 * The TLS settings among an address's parameters; `null` without any.
 * @throws ParameterError for a certificate without its key, or a key alone.
 */
export function tlsOf(
  kind: ServerKind,
  parameters: Readonly<Partial<Record<RedisParameter, string>>>,
): TlsSettings | null {
  const file = (parameter: PemParameter): Pem | null => {
    const path = parameters[parameter]
    return path === undefined ? null : { file: path }
  }
  const settings = {
    ca: file('tls-ca'),
    cert: file('tls-cert'),
    key: file('tls-key'),
    serverName: parameters['tls-server-name'] ?? null,
  }
  if (Object.values(settings).every((value) => value === null)) return null
  requireBoth(kind, settings)
  return settings
}

/** @throws ParameterError */
export function requireBoth(kind: ServerKind, { cert, key }: TlsSettings): void {
  if ((cert === null) === (key === null)) return
  const missing = cert === null ? 'tls-cert' : 'tls-key'
  throw new ParameterError(
    kind,
    `lacks ${missing}: a client's certificate and its key belong together; set ${settingsOf(kind, missing)}`,
  )
}

/** TLS without settings of its own. */
export const PLAIN_TLS: TlsSettings = { ca: null, cert: null, key: null, serverName: null }

/**
 * The client's TLS options. Files are read now, and again whenever a connection is made, so that renewed certificates
 * are used.
 * @throws RegistryError `INVALID_ARGUMENT` naming file and setting, if one is missing, unreadable or not PEM, or if
 *   the key is of another certificate.
 */
export function tlsOptions(kind: ServerKind, settings: TlsSettings): TlsOptions {
  const { ca, cert, key, serverName } = settings
  const readers: Record<string, () => string> = {}
  if (ca !== null) readers['ca'] = lastGood(() => pemOf(kind, 'tls-ca', ca))
  if (cert !== null) readers['cert'] = lastGood(() => pemOf(kind, 'tls-cert', cert))
  if (key !== null) readers['key'] = lastGood(() => pemOf(kind, 'tls-key', key))
  requireFittingKey(kind, settings)
  const options = serverName === null ? {} : identityCheck(serverName)
  for (const [name, read] of Object.entries(readers)) {
    Object.defineProperty(options, name, { get: read, enumerable: true })
  }
  return options
}

/** Checks certificates for a name, whatever the address is. An IP address can't be asked for, only be checked. */
function identityCheck(serverName: string): TlsOptions {
  return {
    ...(isIP(serverName) === 0 ? { servername: serverName } : {}),
    checkServerIdentity: (_: string, certificate: PeerCertificate) =>
      checkServerIdentity(serverName, certificate),
  }
}

function pemOf(kind: ServerKind, parameter: PemParameter, pem: Pem): string {
  const setting = settingFor(kind, parameter, pem)
  const text = typeof pem === 'string' ? pem : readSettingFile(setting)
  const what = parameter === 'tls-key' ? 'PRIVATE KEY' : 'CERTIFICATE'
  if (!new RegExp(`-----BEGIN [A-Z ]*${what}-----`).test(text)) {
    throw unusable(setting, `is not PEM: it has no "-----BEGIN ${what}-----"`)
  }
  try {
    if (parameter === 'tls-key') createPrivateKey(text)
    else certificatesIn(text).map((one) => new X509Certificate(one))
  } catch (error) {
    const isEncrypted = String(error).includes('passphrase') || /ENCRYPTED/.test(text)
    throw unusable(
      setting,
      isEncrypted
        ? 'needs a passphrase; decrypt it by `openssl pkey`, and let only this user read it'
        : 'is damaged: its PEM has no valid content',
    )
  }
  return text
}

function certificatesIn(text: string): readonly string[] {
  return (
    text.match(/-----BEGIN [A-Z ]*CERTIFICATE-----.*?-----END [A-Z ]*CERTIFICATE-----/gs) ?? [text]
  )
}

/** @throws RegistryError `INVALID_ARGUMENT` if the key is of another certificate. */
function requireFittingKey(kind: ServerKind, { cert, key }: TlsSettings): void {
  if (cert === null || key === null) return
  try {
    createSecureContext({
      cert: pemOf(kind, 'tls-cert', cert),
      key: pemOf(kind, 'tls-key', key),
    })
  } catch (error) {
    if (error instanceof RegistryError) throw error
    throw unusable(
      settingFor(kind, 'tls-key', key),
      'is not the key of the certificate in tls-cert',
    )
  }
}

function settingFor(kind: ServerKind, parameter: NatsParameter, pem: Pem): FileSetting {
  return { kind, parameter, path: typeof pem === 'string' ? null : pem.file }
}

/** The parameters of an address that say the same; PEM texts have none. */
export function tlsParameters(
  settings: TlsSettings | null,
): Readonly<Partial<Record<RedisParameter, string>>> {
  const { ca = null, cert = null, key = null, serverName = null } = settings ?? {}
  const path = (pem: Pem | null) => (pem === null || typeof pem === 'string' ? undefined : pem.file)
  const written = {
    'tls-ca': path(ca),
    'tls-cert': path(cert),
    'tls-key': path(key),
    'tls-server-name': serverName ?? undefined,
  }
  return Object.fromEntries(Object.entries(written).filter(([, value]) => value !== undefined))
}
