import { RegistryError } from '../../registry/errors.ts'

const LOOPBACK = /^(localhost|127(\.\d+){3}|\[::1\])$/

/**
 * An address that nobody in between can answer for: of HTTPS, or on this machine.
 * @throws RegistryError `INVALID_ARGUMENT`
 */
export function secureUrl(text: string, where: string): URL {
  const url = URL.parse(text)
  const isSecure =
    url?.protocol === 'https:' || (url?.protocol === 'http:' && LOOPBACK.test(url.hostname))
  if (url !== null && isSecure && url.username === '' && url.password === '') return url
  throw new RegistryError(
    'INVALID_ARGUMENT',
    `${where}: ${JSON.stringify(text)} must be a URL that begins with https://, without user and password; http:// only on this machine`,
  )
}
