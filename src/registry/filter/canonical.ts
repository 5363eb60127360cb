import type { JsonValue } from '../registration.ts'
import type { FilterNode } from './ast.ts'

/**
 * A text that is the same for filters that differ only in the order of entries, operands of `$and` and
 * `$or`, values of `.in` and members of compared objects.
 */
export function canonicalText(node: FilterNode): string {
  switch (node.kind) {
    case 'and':
    case 'or':
      return `${node.kind}(${node.operands.map(canonicalText).sort().join()})`
    case 'not':
      return `not(${canonicalText(node.operand)})`
    case 'in':
      return `in(${JSON.stringify(node.path)}:${node.values.map(canonicalJson).sort().join()})`
    default:
      return `${node.kind}(${JSON.stringify(node.path)}:${canonicalJson(node.value)})`
  }
}

function canonicalJson(value: JsonValue): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  if (Array.isArray(value)) {
    return `[${(value as readonly JsonValue[]).map(canonicalJson).join()}]`
  }
  const members = Object.entries(value as { readonly [key: string]: JsonValue })
  return `{${members
    .map(([key, member]) => `${JSON.stringify(key)}:${canonicalJson(member)}`)
    .sort()
    .join()}}`
}
