import { nearestRankOf } from '../../stats/quantile.ts'
import { hashSlot, nodeOfSlot } from './hash-slot.ts'

/** The number of sets of names to try; each stands for an application's choice. */
const MAX_DRAWS = 100
const MIN_DRAWS = 10
/** Sets of very many namespaces differ so little that fewer suffice. */
const MAX_NAMES = 1_000_000
/** The maximum number of nodes per namespace to try. */
const MAX_NODES_A_NAMESPACE = 8
/** The number of sets that are at most as bad as the answer. */
const QUANTILE = 0.95

/**
 * The number of namespaces on the busiest node of a cluster, by the slots of their hash tags: 95 of 100 sets
 * of names are spread at least as well. Slots don't balance: 32 namespaces on 8 nodes put 9 on one.
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
   * The smallest number of nodes with at most `most` namespaces each.
   * @returns `null` if nearly all nodes would be empty.
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
