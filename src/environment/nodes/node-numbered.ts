import { InputError } from '../../input-error.ts'
import type { ServerNode } from '../backends.ts'

/**
 * @param n from 1.
 * @throws InputError if there are fewer nodes.
 */
export function nodeNumbered(nodes: readonly ServerNode[], n: number, where: string): ServerNode {
  const node = nodes[n - 1]
  if (node !== undefined) return node
  const have = nodes.length === 1 ? 'is one server' : `are ${nodes.length} servers`
  const more = nodes.length === 1 ? ' --backend cluster has more.' : ''
  throw new InputError(`${where}(${n}): there ${have}, counted from 1.${more}`)
}
