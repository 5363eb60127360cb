import { settingsOf, type ServerKind } from './server-parameters.ts'
import { quoted } from './text.ts'

/** Codes of OpenSSL and Node for a certificate whose authority is unknown. */
const UNTRUSTED = new Set([
  'SELF_SIGNED_CERT_IN_CHAIN',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'CERT_UNTRUSTED',
  'INVALID_CA',
  'CERT_SIGNATURE_FAILURE',
])

/** The server's alerts about a certificate of the client. */
const REFUSED_CERTIFICATE =
  /ALERT_(BAD_CERTIFICATE|UNKNOWN_CA|CERTIFICATE_\w+|UNSUPPORTED_CERTIFICATE|ACCESS_DENIED|DECRYPT_ERROR)/

/**
 * What went wrong with TLS, and which setting helps.
 * @param error of Node's sockets, or of a client that has one as its cause.
 * @returns words that follow the server's name; `null` if it is another error.
 */
export function tlsFailure(kind: ServerKind, error: unknown): string | null {
  const code = codeOf(error)
  const set = (parameter: Parameters<typeof settingsOf>[1]) => settingsOf(kind, parameter)
  if (UNTRUSTED.has(code)) {
    return (
      `its certificate is self-signed or of an authority that isn't trusted (${code}); give the ` +
      `authority's certificate, or the self-signed one, by ${set('tls-ca')}`
    )
  }
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    return (
      `its certificate has another name: ${quoted(reasonOf(error), 200)}; connect to a name that it has, or give ` +
      `one by ${set('tls-server-name')}`
    )
  }
  if (code === 'CERT_HAS_EXPIRED') {
    return 'its certificate, or that of its authority, has expired; renew it at the server'
  }
  if (code === 'CERT_NOT_YET_VALID') {
    return 'its certificate is not valid yet; check the clocks of both machines'
  }
  if (/ALERT_(CERTIFICATE_REQUIRED|HANDSHAKE_FAILURE|NO_CERTIFICATE)/.test(code)) {
    return (
      `it requires a certificate of the client; give it by ${set('tls-cert')}, ` +
      `and its key by ${set('tls-key')}`
    )
  }
  const alert = REFUSED_CERTIFICATE.exec(code)?.[1]
  if (alert !== undefined) {
    const what = alert.toLowerCase().replaceAll('_', ' ')
    return (
      `it refused the client's certificate, or got none (${what}); give one that has not expired, of an authority ` +
      `that the server trusts, by ${set('tls-cert')}`
    )
  }
  if (/PROTOCOL_VERSION|UNSUPPORTED_PROTOCOL/.test(code)) {
    return 'it has no version of TLS in common with this client; TLS 1.2 or 1.3 is needed'
  }
  if (/WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|BAD_RECORD|UNKNOWN_PROTOCOL/.test(code)) {
    return noTls(kind)
  }
  if (kind === 'nats' && /does not support 'tls'|tls.*not available/i.test(String(error))) {
    return noTls(kind)
  }
  return /^(ERR_SSL|ERR_TLS|EPROTO)/.test(code) ? `TLS failed (${code.toLowerCase()})` : null
}

/**
 * What may be the reason if a server closes the connection or doesn't answer: with and without TLS, a Redis hears
 * noise; and a server that refuses a client's certificate may be gone before its reason arrives.
 * @returns words that follow those of the failure, or nothing.
 */
export function tlsGuess(kind: ServerKind, error: unknown, usesTls: boolean): string {
  const text = `${codeOf(error)} ${String(error)}`
  const isClosed = /ECONNRESET|EPIPE|connection is closed|undefined error|disconnect/i.test(text)
  if (usesTls && isClosed) {
    return `; if it requires a certificate of the client, give one by ${settingsOf(kind, 'tls-cert')}`
  }
  if (kind === 'nats') return ''
  if (usesTls && /ETIMEDOUT|no answer|time(d )?out/i.test(text)) {
    return '; if it has no TLS at this port, write redis:// without tls- settings'
  }
  if (!usesTls && isClosed) {
    return `; if it has TLS at this port, write rediss://, and maybe ${settingsOf(kind, 'tls-ca')}`
  }
  return ''
}

function noTls(kind: ServerKind): string {
  return kind === 'redis'
    ? 'it has no TLS at this port; give its TLS port, or write redis:// without tls- settings'
    : 'it has no TLS; configure tls {} at the server, or write nats:// without tls- settings'
}

/** The code of an error or of its cause, in capitals: those of TLS have a text as well. */
function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return ''
  const code = 'code' in error && typeof error.code === 'string' ? error.code : ''
  return code === '' && error.cause !== undefined ? codeOf(error.cause) : code.toUpperCase()
}

function reasonOf(error: unknown): string {
  if (error instanceof Error && 'reason' in error) return String(error.reason)
  return error instanceof Error && error.cause !== undefined
    ? reasonOf(error.cause)
    : String(error).replace(/^.*altnames: /, '')
}
