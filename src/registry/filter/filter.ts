import { defaultLimits } from '../limits.ts'
import type { JsonValue } from '../registration.ts'
import { compileFilter, type CompiledFilter } from './compile.ts'
import { parseFilter, type FilterLimits } from './parse.ts'
import type { FilterNode } from './ast.ts'
import { ParsedFilter } from './parsed-filter.ts'

/**
 * A filter: a JSON object whose entries must all hold. `{}` matches everything.
 *
 * | entry | holds if |
 * |---|---|
 * | `"status": "online"` | the field equals the value; objects and arrays are compared deeply |
 * | `"status.ne"` | the field exists and differs |
 * | `"age.lt"` `.lte` `.gt` `.gte` | both are numbers, or both are strings (compared by UTF-16 code units), in that order |
 * | `"name.startswith"` `.endswith` | the field is a string with this prefix or suffix |
 * | `"tags.contains"` | the field is an array with an equal element, or a string with this substring |
 * | `"zone.in": [...]` | the field equals one of the values |
 * | `"zone.exists": true` | the field exists, even if null; `false`: it is missing |
 * | `"$and": [...]` `"$or": [...]` | all, or any, of one or more filters hold |
 * | `"$not": {...}` | the filter does not hold |
 *
 * A field is a dotted path into nested objects, such as `"location.city"`; it reads own members only
 * and does not descend into arrays. A missing field satisfies only `.exists: false`. If a nested field
 * has the name of an operator, here or in another filter language, use `.in`: `"limits.lt.in": [5]` is
 * the field `lt` of `limits`, `"disk.size.in": [5]` the field `size` of `disk`. Names that are empty,
 * contain a dot or begin with `$` are not supported. `docs/filters.md` has examples.
 */
export interface Filter {
  readonly $and?: readonly Filter[]
  readonly $or?: readonly Filter[]
  readonly $not?: Filter
  /** As wide as the entries above are without `exactOptionalPropertyTypes`; `undefined` is refused. */
  readonly [field: string]: JsonValue | Filter | readonly Filter[] | undefined
}

/**
 * Compiles a filter. Later changes to `filter` don't affect it.
 * @throws RegistryError `INVALID_FILTER`, with the place and the expected form.
 */
export function filterFrom(filter: unknown, limits: FilterLimits = defaultLimits): CompiledFilter {
  return ParsedFilter.compile(filter) ?? compileFilter(parseFilter(filter, limits))
}

/**
 * A filter for `MulticastRegistry` from its parsed form, to which limits don't apply.
 * @param audience whom the results are for: cursors and watch tokens of one audience are of no use to another.
 * @param hidesOthers whether what doesn't match must not show in results either, not even by its number.
 */
export function parsedFilter(node: FilterNode, audience: string, hidesOthers = false): Filter {
  return new ParsedFilter(node, audience, hidesOthers) as unknown as Filter
}
