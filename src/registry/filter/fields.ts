import type { FilterNode } from './ast.ts'

/** The dotted paths of the fields that a filter reads, each once. */
export function fieldsOf(node: FilterNode): readonly string[] {
  const fields = new Set<string>()
  collectFields(node, fields)
  return [...fields]
}

function collectFields(node: FilterNode, fields: Set<string>): void {
  switch (node.kind) {
    case 'and':
    case 'or':
      for (const operand of node.operands) collectFields(operand, fields)
      break
    case 'not':
      collectFields(node.operand, fields)
      break
    default:
      fields.add(node.path.join('.'))
  }
}
