import type { Warnings } from './warnings.ts'

/**
 * Tells, for one multicast, which gateways may be sent to: those of the namespace. Every other one is
 * warned about once, whatever its registrations are.
 */
export class OwnGateways {
  readonly #isGateway: (gateway: string) => boolean
  readonly #warnings: Warnings
  readonly #foreign = new Set<string>()

  /** @param isGateway as `Messenger.isGateway`. */
  constructor(isGateway: (gateway: string) => boolean, warnings: Warnings) {
    this.#isGateway = isGateway
    this.#warnings = warnings
  }

  /**
   * Whether messages may go by a gateway.
   * @param gateway `null`: by the identities' own subjects, which they always may.
   * @param identity one that names it, for the warning.
   */
  has(gateway: string | null, identity = ''): boolean {
    if (gateway === null || this.#isGateway(gateway)) return true
    if (this.#foreign.has(gateway)) return false
    this.#foreign.add(gateway)
    this.#warnings.warn(
      'FOREIGN_GATEWAY',
      `Registrations such as that of "${identity}" name the gateway ${JSON.stringify(gateway.slice(0, 80))}, which is not one of their namespace: nothing was sent there.`,
    )
    return false
  }
}
