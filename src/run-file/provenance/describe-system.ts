import { redactUrl } from '../../environment/redact-url.ts'
import type { SystemUnderTest } from '../../environment/system.ts'
import type { MeasuredSystem } from '../run-file.ts'

/** The system under test as a run file holds it: without the secrets in its addresses. */
export function describeSystem(system: SystemUnderTest): MeasuredSystem {
  switch (system.kind) {
    case 'undeclared':
      return { kind: 'undeclared' }
    case 'memory':
      return { kind: 'memory', notice: system.notice }
    default: {
      const { kind, servers, configurationHash } = system
      const described = servers.map(({ name, version, addresses, topology }) => ({
        name,
        version,
        addresses: addresses.map(redactUrl),
        ...(topology === undefined ? {} : { topology }),
      }))
      return { kind, servers: described, configurationHash }
    }
  }
}
