import { isIP } from 'node:net'
import { checkServerIdentity, type PeerCertificate } from 'node:tls'
import { tlsOptions, type TlsOptions, type TlsSettings } from '../tls.ts'
import { parseHostAndPort } from '../redis/address.ts'

/**
 * The TLS options of the NATS client. The client knows no name for a server that has an IP address: it would check
 * its certificate for "localhost". So a certificate has to name one of the given IP addresses then.
 * @param hosts `host:port` each.
 */
export function natsTls(settings: TlsSettings, hosts: readonly string[]): TlsOptions {
  const options = tlsOptions('nats', settings)
  if (settings.serverName !== null) return options
  const names = hosts.flatMap((host) => parseHostAndPort(host)?.host ?? [])
  const addresses = names.filter((name) => isIP(name) !== 0)
  if (addresses.length === 0 || names.includes('localhost')) return options
  return Object.defineProperties(options, {
    checkServerIdentity: {
      enumerable: true,
      value: (name: string, certificate: PeerCertificate) => {
        if (name !== 'localhost') return checkServerIdentity(name, certificate)
        const failures = addresses.map((address) => checkServerIdentity(address, certificate))
        return failures.includes(undefined) ? undefined : failures[0]
      },
    },
  })
}
