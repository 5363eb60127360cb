import { defaultLimits } from '../limits.ts'
import type { JsonValue } from '../registration.ts'
import { compileFilter, type CompiledFilter } from './compile.ts'
import { parseFilter, type FilterLimits } from './parse.ts'

/**
 * A filter as users write it, a JSON object: every entry must hold. `{}` matches everything.
 *
 * | entry | holds if |
 * |---|---|
 * | `"status": "online"` | the field equals the value; objects and arrays are compared deeply |
 * | `"status.ne"` | the field is there and differs |
 * | `"age.lt"` `.lte` `.gt` `.gte` | both are numbers, or both strings (by UTF-16 code units), in that order |
 * | `"name.startswith"` `.endswith` | the field is a string that begins or ends so |
 * | `"tags.contains"` | the field is an array with an equal element, or a string with this substring |
 * | `"zone.in": [...]` | the field equals one of the values |
 * | `"zone.exists": true` | the field is there, be it null; `false`: it is not |
 * | `"$and": [...]` `"$or": [...]` | all, or any, of one or more filters hold |
 * | `"$not": {...}` | the filter does not hold |
 *
 * A field is a dotted path into nested objects, `"location.city"`; it reads own members only and
 * does not go into arrays. A field that is missing satisfies `.exists: false` and nothing else.
 * Where a nested field has the name of an operator, here or in another filter language, `.in` says
 * so: `"limits.lt.in": [5]` is the field `lt` of `limits`, `"disk.size.in": [5]` the field `size` of
 * `disk`. `docs/filters.md` has examples. Names that are empty, contain a dot or begin with `$` can't be used.
 */
export interface Filter {
  readonly $and?: readonly Filter[]
  readonly $or?: readonly Filter[]
  readonly $not?: Filter
  /** As wide as the entries above are without `exactOptionalPropertyTypes`; `undefined` is refused. */
  readonly [field: string]: JsonValue | Filter | readonly Filter[] | undefined
}

/**
 * A filter made ready for evaluation. Later changes to `filter` don't affect it.
 * @throws RegistryError `INVALID_FILTER`, saying where and what is expected.
 */
export function filterFrom(filter: unknown, limits: FilterLimits = defaultLimits): CompiledFilter {
  return compileFilter(parseFilter(filter, limits))
}
