import { nearestRankOf } from '../../stats/quantile.ts'
import { hashSlot, nodeOfSlot } from './hash-slot.ts'

/** Sets of names that are tried: each is an application's choice of names. */
const MAX_DRAWS = 100
const MIN_DRAWS = 10
/** Of very many namespaces, sets differ so little that fewer are enough. */
const MAX_NAMES = 1_000_000
/** More nodes than this for each namespace are not tried. */
const MAX_NODES_A_NAMESPACE = 8
/** This many of them are no worse than the answer. */
const QUANTILE = 0.95

/**
 * How many namespaces the busiest node of a cluster has, by the slots of their hash tags: of 100 sets
 * of names, 95 are spread at least as well. Slots don't balance: 32 namespaces on 8 nodes put 9 on one.
 */
export class NamespacesOnNodes {
  readonly #slots: readonly Uint16Array[]

  /** @param namespaces ≥ 1 */
  constructor(namespaces: number) {
    const affordable = Math.floor(MAX_NAMES / namespaces)
    const draws = Math.min(MAX_DRAWS, Math.max(MIN_DRAWS, affordable))
    this.#slots = Array.from({ length: draws }, (_, draw) =>
      Uint16Array.from({ length: namespaces }, (__, n) => hashSlot(`{app${draw}-${n}}`)),
    )
  }

  /** @param nodes ≥ 1 */
  busiest(nodes: number): number {
    const most = this.#slots.map((slots) => {
      const counts = new Uint32Array(nodes)
      let max = 0
      for (const slot of slots) {
        const node = nodeOfSlot(slot, nodes)
        max = Math.max(max, (counts[node] = (counts[node] ?? 0) + 1))
      }
      return max
    })
    return nearestRankOf(most, QUANTILE)
  }

  /**
   * The fewest nodes of which none has more than `most` namespaces.
   * @returns `null` if there are so many that nearly all would have none.
   */
  fewestNodes(most: number): number | null {
    const namespaces = this.#slots[0]?.length ?? 0
    const first = Math.max(1, Math.ceil(namespaces / most))
    for (
      let nodes = first;
      nodes <= MAX_NODES_A_NAMESPACE * namespaces;
      nodes += Math.max(1, Math.floor(nodes / 20))
    ) {
      if (this.busiest(nodes) <= most) return nodes
    }
    return null
  }
}
