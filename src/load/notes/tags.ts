import { check, checkObject } from '../check-fields.ts'
import { InputError } from '../input-error.ts'

/** The values that each tag may have, by its name. */
export type TagDeclarations = Readonly<Record<string, readonly string[]>>

/** Of a load without tags. */
export type NoTags = Readonly<Record<never, never>>

/** The values that a tag may have. */
export type TagValue<Tags, Name extends keyof Tags> = Tags[Name] extends readonly (infer Value)[]
  ? Value
  : never

/** A request's values by the place of the tag; `undefined` where it has none. */
export type TagValues = (number | undefined)[]

/** A tag's name and its values, in order. */
export interface DeclaredTag {
  readonly name: string
  readonly values: readonly string[]
}

/** Values of all tags of a load together. Each has three histograms of 90 KB per operation that uses it. */
export const MOST_TAG_VALUES = 20
const MAX_LENGTH = 100

/**
 * Reads the tags of a load.
 * @throws InputError unless each is a name with a list of different texts of 1 to 100 characters, up to 20
 *   of all tags together.
 */
export function readTags(tags: TagDeclarations): readonly DeclaredTag[] {
  checkObject(tags, 'load: tags', ["the values of each tag, such as cache: ['hit', 'miss']"])
  const declared = Object.entries(tags).map(([name, values]) => {
    const where = `load: tags: ${name}`
    checkText(name, 'load: tags: name')
    check((list) => Array.isArray(list) && list.length > 0, 'a list of its values')(values, where)
    for (const value of values) checkText(value, where)
    const repeated = values.find((value, index) => values.indexOf(value) !== index)
    if (repeated !== undefined) throw new InputError(`${where}: "${repeated}" is there twice.`)
    return { name, values: [...values] }
  })
  const count = declared.reduce((sum, { values }) => sum + values.length, 0)
  if (count > MOST_TAG_VALUES) {
    throw new InputError(
      `load: tags: ${count} values are too many; ${MOST_TAG_VALUES} are possible, all tags together, because each has histograms of its own per operation. Declare groups, such as small and large, rather than ids.`,
    )
  }
  return declared
}

const checkText = check(
  (text) => typeof text === 'string' && text.length > 0 && text.length <= MAX_LENGTH,
  `a text of 1 to ${MAX_LENGTH} characters`,
)
