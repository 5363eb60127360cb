import { RESOURCE_NAMES, RESOURCES, type Amounts, type Resource, type Term } from './terms.ts'

/** Cost by resource and term, in the resource's unit per unit of the term, ≥ 0. */
export type Coefficients = Readonly<Record<Resource, Readonly<Partial<Record<Term, number>>>>>

/** Needs by resource: per second where the amounts are. */
export type Needs = Readonly<Record<Resource, number>>

/** The need of one resource: the sum of coefficient × amount over its terms. */
export function needOf(coefficients: Coefficients, resource: Resource, amounts: Amounts): number {
  const terms: readonly Term[] = RESOURCES[resource]
  return terms.reduce(
    (sum, term) => sum + (coefficients[resource][term] ?? 0) * (amounts[term] ?? 0),
    0,
  )
}

/** The needs of all resources. */
export function needsOf(coefficients: Coefficients, amounts: Amounts): Needs {
  const entries = RESOURCE_NAMES.map((name) => [name, needOf(coefficients, name, amounts)])
  return Object.fromEntries(entries) as Needs
}
