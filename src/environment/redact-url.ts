/** Replaces a secret. */
const HIDDEN = '***'

/**
 * A server's address, fit to be shown or stored: user name, password (or NATS token) and query
 * parameters are replaced by `***`. Works on malformed addresses too. Errs on the side of hiding too much:
 * everything before the last `@` is removed.
 *
 * @param url e.g. `redis://:secret@host:6379/0`; the scheme may be absent
 * @returns e.g. `redis://***@host:6379/0`
 */
export function redactUrl(url: string): string {
  const scheme = /^[a-z][a-z0-9+.-]*:\/\//i.exec(url)?.[0] ?? ''
  return scheme + redactedRest(url.slice(scheme.length))
}

/**
 * Redacts every address with a scheme in a text, such as the message of another library's error. Looks for what
 * follows a scheme: looking for schemes takes minutes in a megabyte of letters.
 */
export function redactUrls(text: string): string {
  return text.replaceAll(/(?<=:\/\/)\S+/g, redactedRest)
}

/** An address after its scheme. */
function redactedRest(rest: string): string {
  const hostStart = rest.lastIndexOf('@') + 1
  const address = rest.slice(hostStart).replace(/[?#].*$/s, `?${HIDDEN}`)
  return (hostStart > 0 ? `${HIDDEN}@` : '') + address
}
