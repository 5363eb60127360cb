import type { FilterNode } from './ast.ts'
import { compileFilter, type CompiledFilter } from './compile.ts'

/**
 * A filter that was parsed before. It is not a plain object, so whatever doesn't know it refuses it: it can't be mistaken
 * for `{}`.
 */
export class ParsedFilter {
  readonly #node: FilterNode
  readonly #audience: string
  readonly #hidesOthers: boolean

  /**
   * @param audience whom the results are for: cursors and watch tokens of one audience are of no use to another.
   * @param hidesOthers whether what doesn't match must not show in results either.
   */
  constructor(node: FilterNode, audience: string, hidesOthers: boolean) {
    this.#node = node
    this.#audience = audience
    this.#hidesOthers = hidesOthers
  }

  /** The compiled form of a `ParsedFilter`; `null` for anything else. */
  static compile(filter: unknown): CompiledFilter | null {
    if (typeof filter !== 'object' || filter === null || !(#node in filter)) return null
    const compiled = compileFilter(filter.#node)
    const audience = filter.#audience
    return {
      matches: compiled.matches,
      equalities: compiled.equalities,
      isEqualitiesOnly: compiled.isEqualitiesOnly,
      hidesOthers: filter.#hidesOthers,
      get canonical() {
        return JSON.stringify([audience, compiled.canonical])
      },
    }
  }
}
