import type { DeliveryStatuses } from '../delivery-statuses.ts'
import type { EventLoopBudget } from '../event-loop-budget.ts'
import { type Lane, lanesOfTargets } from '../lanes.ts'
import { lookUpOpen } from '../look-up.ts'
import type { SendOptions } from '../messenger.ts'
import { forEachNumber } from '../targets/ranges.ts'
import { type NumberedTarget, numberOf, type TargetSet } from '../targets/target-set.ts'

/** The multicast to resend. */
export interface ResendsOptions {
  readonly targets: TargetSet
  readonly statuses: DeliveryStatuses
  readonly lookUp: SendOptions['lookUp']
  readonly signal: SendOptions['signal']
  /** By `performance.now()`, in ms. */
  readonly deadline: number
  readonly budget: EventLoopBudget
}

/** The targets of a multicast's resends and their gateways. */
export class Resends {
  readonly #options: ResendsOptions
  /** The gateways of targets that have moved since the multicast began, by target number. */
  readonly #moved = new Map<number, string | null>()

  constructor(options: ResendsOptions) {
    this.#options = options
  }

  /**
   * The open targets at their current gateways, or at their last known ones if the look-up fails.
   * @param lanes of the previous round; their unsent targets come first.
   * @throws the signal's reason if the signal is aborted.
   */
  async lanesAfter(lanes: readonly Lane[]): Promise<readonly Lane[]> {
    const { targets, statuses, deadline } = this.#options
    const unsent = takeUnsent(lanes)
    const found = await lookUpOpen(this.#options, await this.#openTargets(), deadline)
    const open = found.filter(({ number }) => statuses.isOpen(number))
    for (const { number, gateway } of open) this.#moved.set(number, gateway)
    return lanesOfTargets(targets, [
      open.filter(({ number }) => unsent.has(number)),
      open.filter(({ number }) => !unsent.has(number)),
    ])
  }

  async #openTargets(): Promise<NumberedTarget[]> {
    const { statuses, budget } = this.#options
    const open: NumberedTarget[] = []
    for (const target of statuses.open()) {
      const gateway = this.#moved.get(target.number)
      open.push(gateway === undefined ? target : { ...target, gateway })
      if (open.length % 256 === 0 && budget.check()) await budget.renew()
    }
    return open
  }
}

function takeUnsent(lanes: readonly Lane[]): ReadonlySet<number> {
  const unsent = new Set<number>()
  for (const { pieces } of lanes) {
    for (const piece of pieces) {
      forEachNumber(piece.takeAll(), (slot) => unsent.add(numberOf(piece.part, slot)))
    }
  }
  return unsent
}
