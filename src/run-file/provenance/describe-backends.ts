import type { Backends } from '../../environment/backends.ts'
import { redactUrl } from '../../environment/redact-url.ts'
import type { BackendsUsed } from '../run-file.ts'

/** What a run file says of the backends: everything but the secrets in their addresses. */
export function describeBackends(backends: Backends): BackendsUsed {
  if (backends.kind === 'memory') return { kind: 'memory', notice: backends.notice }
  const { kind, redisUrl, natsUrls, redisVersion, natsVersion, configurationHash } = backends
  return {
    kind,
    redisAddress: redactUrl(redisUrl),
    natsAddresses: natsUrls.map(redactUrl),
    redisVersion,
    natsVersion,
    configurationHash,
  }
}
