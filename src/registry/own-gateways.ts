import type { Warnings } from './warnings.ts'

/** Accepts the gateways of the namespace for one multicast, and warns once about each foreign one. */
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
   * Accepts a gateway, or warns that it is foreign.
   * @param gateway `null` stands for the identities' own subjects, which are always accepted.
   * @param identity an identity whose registration names the gateway, for the warning.
   * @returns whether messages may be sent to the gateway.
   */
  accept(gateway: string | null, identity = ''): boolean {
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
