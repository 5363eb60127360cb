import { type Take, written } from '../arguments.ts'
import { RegistryError } from '../errors.ts'
import { isPlainObject } from '../json-check.ts'
import { parseHostAndPort, type HostAndPort } from './address.ts'

/**
 * Where to reach servers that announce an address which clients can't use, such as nodes of a cluster behind
 * NAT or proxies: announced `host:port` to the `host:port` to connect to.
 */
export type AddressMap = Readonly<Record<string, string>>

/** @throws RegistryError `INVALID_ARGUMENT` */
export const takeAddressMap: Take<AddressMap> = (value, where) => {
  if (!isPlainObject(value)) {
    throw invalid(`${where}: ${written(value)} must be an object of host:port to host:port`)
  }
  const entries = Object.entries(value)
  for (const entry of entries) {
    for (const text of entry) {
      if (typeof text === 'string' && parseHostAndPort(text) !== undefined) continue
      // What has an @ may have a password.
      const shown = typeof text === 'string' && text.includes('@') ? 'a URL' : written(text)
      throw invalid(`${where}: ${shown} must have the form host:port`)
    }
  }
  return Object.fromEntries(entries.map(([announced, reached]) => [announced, String(reached)]))
}

/** The map as the client takes it, whose keys have IPv6 hosts without brackets. */
export function natMapOf(map: AddressMap): Record<string, { host: string; port: number }> {
  return Object.fromEntries(
    Object.entries(map).flatMap(([announced, reached]) => {
      const from = parseHostAndPort(announced)
      const to = parseHostAndPort(reached)
      return from && to ? [[keyOf(from), { ...to }]] : []
    }),
  )
}

function keyOf({ host, port }: HostAndPort): string {
  return `${host}:${port}`
}

function invalid(message: string): RegistryError {
  return new RegistryError('INVALID_ARGUMENT', message)
}
