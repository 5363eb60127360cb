import { check, checkObject, written } from '../check-fields.ts'
import { InputError } from '../../input-error.ts'

/** The values that each tag may have, by its name. */
export type TagDeclarations = Readonly<Record<string, readonly string[]>>

/** The tags of a load without any: an object without keys. */
// oxlint-disable-next-line typescript/no-generated-empty-object-type
export type NoTags = Readonly<Record<never, never>>

/** The values that a tag may have. */
export type TagValue<Tags, Name extends keyof Tags> = Tags[Name] extends readonly (infer Value)[]
  ? Value
  : never

/** A request's tag values by the index of the tag; `undefined` if unset. */
export type TagValues = (number | undefined)[]

/** A tag's name and its values, in order. */
export interface DeclaredTag {
  readonly name: string
  readonly values: readonly string[]
}

/** Values of all tags of a load together. Each has three histograms of 90 KB per operation that uses it. */
const MAX_TAG_VALUES = 20
const MAX_LENGTH = 100

/** The tags of a load, as `checkTags` lets them pass. */
export function readTags(tags: TagDeclarations): readonly DeclaredTag[] {
  return Object.entries(tags).map(([name, values]) => ({ name, values: [...values] }))
}

/**
 * Checks the tags of a load.
 * @throws InputError unless each is a name with a list of different texts of 1 to 100 characters, up to 20
 *   of all tags together.
 */
export function checkTags(tags: unknown, where: string): void {
  const named = checkObject(tags, where, ["the values of each tag, such as cache: ['hit', 'miss']"])
  let count = 0
  for (const [name, values] of Object.entries(named)) {
    checkText(name, `${where}: name`)
    count += checkValues(values, `${where}: ${name}`)
  }
  if (count > MAX_TAG_VALUES) {
    throw new InputError(
      `${where}: ${count} values are too many; ${MAX_TAG_VALUES} are possible, all tags together, because each has histograms of its own per operation. Declare groups, such as small and large, rather than ids.`,
    )
  }
}

/** @returns how many there are. */
function checkValues(values: unknown, where: string): number {
  if (!Array.isArray(values) || values.length === 0) {
    throw new InputError(
      `${where}: ${written(values)} must be a list of its values, such as ['hit', 'miss'].`,
    )
  }
  for (const value of values) checkText(value, where)
  if (new Set(values).size < values.length) {
    throw new InputError(`${where}: duplicate value: ${values.join(', ')}.`)
  }
  return values.length
}

const checkText = check(
  (text) => typeof text === 'string' && text.length > 0 && text.length <= MAX_LENGTH,
  `a text of 1 to ${MAX_LENGTH} characters`,
)
