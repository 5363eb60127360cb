import { RegistryError } from '../errors.ts'
import {
  describeKind,
  findNonJson,
  isPlainObject,
  formatPlace,
  type JsonPlace,
} from '../json-check.ts'
import { shortened } from '../text.ts'
import type { RegistryLimits } from '../limits.ts'
import type { JsonValue } from '../registration.ts'
import type { FieldPath, FilterNode } from './ast.ts'
import {
  adviceOnOperator,
  adviceOnSuffix,
  isFieldOperator,
  isLogicalOperator,
  logicalOperators,
  nearest,
  type FieldOperator,
  type LogicalOperator,
} from './operators.ts'

/** The limits of a filter. Its values must keep the limits of metadata, because others can't match. */
export type FilterLimits = Pick<
  RegistryLimits,
  | 'maxFilterDepth'
  | 'maxFilterClauses'
  | 'maxFilterValues'
  | 'maxMetadataBytes'
  | 'maxMetadataDepth'
>

/**
 * Parses a filter; the AST shares nothing with `filter`.
 * @throws RegistryError `INVALID_FILTER`, with the place and the expected form.
 */
export function parseFilter(filter: unknown, limits: FilterLimits): FilterNode {
  try {
    return new FilterParser(limits).parse(filter)
  } catch (error) {
    if (error instanceof RegistryError) throw error
    // Getters and proxies run the caller's code.
    throw new RegistryError('INVALID_FILTER', 'filter: reading it threw an exception', {
      cause: error,
    })
  }
}

class FilterParser {
  readonly #limits: FilterLimits
  readonly #place: (string | number)[] = []
  #depth = 0
  #clauses = 0
  #values = 0

  constructor(limits: FilterLimits) {
    this.#limits = limits
  }

  parse(filter: unknown): FilterNode {
    if (!isPlainObject(filter)) {
      throw this.#expected('a filter, a JSON object such as {"status": "online"}', filter)
    }
    this.#depth++
    if (this.#depth > this.#limits.maxFilterDepth) {
      throw this.#error(
        `nested more than ${this.#limits.maxFilterDepth} levels deep (limit maxFilterDepth)`,
      )
    }
    if (Object.getOwnPropertySymbols(filter).length > 0) {
      throw this.#error('expected strings as keys, got a symbol')
    }
    const keys = Object.keys(filter)
    const operands = keys.map((key) => this.#at(key, () => this.#entry(key, filter[key])))
    this.#depth--
    if (operands.length === 0) this.#countClause()
    return operands.length === 1 && operands[0] ? operands[0] : { kind: 'and', operands }
  }

  #entry(key: string, value: unknown): FilterNode {
    if (isLogicalOperator(key)) return this.#logical(key, value)
    if (key.startsWith('$')) {
      const guess = nearest(key, logicalOperators)
      throw this.#error(
        `unknown operator, did you mean "${guess}"? Valid operators: ${logicalOperators.join(', ')}`,
      )
    }
    return this.#field(key, value)
  }

  #logical(operator: LogicalOperator, value: unknown): FilterNode {
    if (operator === '$not') return { kind: 'not', operand: this.parse(value) }
    if (!Array.isArray(value) || value.length === 0) {
      throw this.#expected('an array of one or more filters', value)
    }
    // Stops at the first clause beyond the limit, however long the array.
    const operands: FilterNode[] = []
    for (let index = 0; index < value.length; index++) {
      operands.push(this.#at(index, () => this.parse(value[index])))
    }
    return { kind: operator === '$and' ? 'and' : 'or', operands }
  }

  #field(key: string, value: unknown): FilterNode {
    this.#countClause()
    const path = key.split('.')
    const last = path.at(-1) ?? ''
    const operator = path.length > 1 && isFieldOperator(last) ? last : 'eq'
    if (operator !== 'eq') path.pop()
    if (path.includes('')) {
      throw this.#error('expected names joined by dots; a name here is empty')
    }
    if (path.length > this.#limits.maxMetadataDepth) {
      throw this.#error(
        `the path has ${path.length} names; metadata has at most ${this.#limits.maxMetadataDepth} ` +
          'levels (limit maxMetadataDepth)',
      )
    }
    if (operator === 'eq') this.#rejectMistakenOperators(path, last, value)
    return this.#condition(operator, path, value)
  }

  #condition(kind: FieldOperator | 'eq', path: FieldPath, value: unknown): FilterNode {
    switch (kind) {
      case 'eq':
      case 'ne':
      case 'contains':
        return { kind, path, value: this.#literal(value) }
      case 'lt':
      case 'lte':
      case 'gt':
      case 'gte':
        if (typeof value === 'string' || Number.isFinite(value)) {
          return { kind, path, value: value as number | string }
        }
        throw this.#expected('a number or a string', value)
      case 'startswith':
      case 'endswith':
        if (typeof value === 'string') return { kind, path, value }
        throw this.#expected('a string', value)
      case 'exists':
        if (typeof value === 'boolean') return { kind, path, value }
        throw this.#expected('true or false', value)
      case 'in':
        if (Array.isArray(value)) return { kind, path, values: this.#list(value) }
        throw this.#expected('an array of values', value)
    }
  }

  /** Scalars are looked up in a set, whatever their number; every other value is a comparison and counts as a clause. */
  #list(values: readonly unknown[]): readonly JsonValue[] {
    const { maxFilterValues } = this.#limits
    const left = maxFilterValues - this.#values
    if (values.length > left) {
      this.#place.push(left)
      throw this.#error(
        `exceeds the ${maxFilterValues} values that all ".in" lists of a filter may have (limit maxFilterValues)`,
      )
    }
    this.#values += values.length
    return Array.from(values, (value, index) =>
      this.#at(index, () => {
        if (typeof value === 'object' && value !== null) this.#countClause()
        return this.#literal(value)
      }),
    )
  }

  #literal(value: unknown): JsonValue {
    const problem = findNonJson(value, {
      maxDepth: this.#limits.maxMetadataDepth,
      maxValues: this.#limits.maxMetadataBytes,
    })
    if (problem !== undefined) {
      this.#place.push(...problem.place)
      throw this.#error(`expected a JSON value; this is ${problem.found}`)
    }
    if (value === 0) return 0 // JSON has no -0.
    return typeof value === 'object'
      ? (JSON.parse(JSON.stringify(value)) as JsonValue)
      : (value as JsonValue)
  }

  /** Rejects conditions of other filter languages, which would silently match nothing. */
  #rejectMistakenOperators(path: FieldPath, last: string, value: unknown): void {
    // Other languages write `age__gte`.
    const underscores = last.lastIndexOf('__')
    const advice = underscores > 0 ? adviceOnOperator(last.slice(underscores + 2)) : undefined
    if (advice !== undefined) {
      throw this.#error(
        `operators follow a dot, ${advice} For a field of that name write ${inList(path)}`,
      )
    }
    const suffixAdvice = path.length > 1 ? adviceOnSuffix(last) : undefined
    if (suffixAdvice !== undefined) {
      throw this.#error(
        `unknown operator ".${shortened(last)}", ${suffixAdvice} For a nested field of that name write ${inList(path)}`,
      )
    }
    if (!isPlainObject(value)) return
    const names = Object.keys(value)
    const operator = names.find((name) => name.startsWith('$'))
    if (operator !== undefined) {
      throw this.#error(
        `"${shortened(operator)}" is not an operator here; operators follow the field's name: ${adviceOnSuffix(operator)}`,
      )
    }
    const [name = ''] = names
    const objectAdvice = adviceOnOperator(name)
    if (objectAdvice !== undefined && names.every((each) => adviceOnOperator(each) !== undefined)) {
      throw this.#error(
        `operators follow the field's name: ${objectAdvice} For an object with exactly these members write ${inList(path)}`,
      )
    }
  }

  #countClause(): void {
    this.#clauses++
    if (this.#clauses > this.#limits.maxFilterClauses) {
      throw this.#error(
        `exceeds the ${this.#limits.maxFilterClauses} clauses allowed (limit maxFilterClauses)`,
      )
    }
  }

  #at<T>(part: string | number, parse: () => T): T {
    this.#place.push(part)
    const result = parse()
    this.#place.pop()
    return result
  }

  #expected(what: string, got: unknown): RegistryError {
    return this.#error(`expected ${what}, got ${describeGot(got)}`)
  }

  #error(message: string): RegistryError {
    const place: JsonPlace = this.#place
    return new RegistryError('INVALID_FILTER', `${formatPlace('filter', place)}: ${message}`)
  }
}

/** An equality for a field of any name. */
function inList(path: FieldPath): string {
  return `${JSON.stringify(`${shortened(path.join('.'))}.in`)}: [...]`
}

function describeGot(value: unknown): string {
  if (Array.isArray(value) && value.length === 0) return 'an empty array'
  return describeKind(value)
}
