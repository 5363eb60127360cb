import { isIdentity } from './identity.ts'
import type { IdentityPattern } from './identity-pattern.ts'
import type { MessageHandler } from './messenger.ts'

/** The handler of all identities that match a pattern. */
export interface PatternHandler {
  readonly pattern: IdentityPattern
  readonly handler: MessageHandler
}

/** Handlers by pattern; the latest matching pattern takes precedence. */
export class PatternHandlers {
  /** By text, the latest last. */
  readonly #byText = new Map<string, PatternHandler>()
  #latestFirst: readonly PatternHandler[] | null = []

  /** Sets the handler of a pattern; returns a function that removes exactly this handler. */
  add(pattern: IdentityPattern, handler: MessageHandler): () => boolean {
    const { text } = pattern
    const own: PatternHandler = { pattern, handler }
    this.#byText.delete(text)
    this.#byText.set(text, own)
    this.#latestFirst = null
    return () => {
      if (this.#byText.get(text) !== own) return false
      this.#latestFirst = null
      return this.#byText.delete(text)
    }
  }

  /** Finds the handler for a name. Names come from outside, and a pattern such as `*` also matches invalid identities. */
  find(name: string): PatternHandler | undefined {
    this.#latestFirst ??= [...this.#byText.values()].toReversed()
    for (const each of this.#latestFirst) {
      if (each.pattern.matches(name)) return isIdentity(name) ? each : undefined
    }
    return undefined
  }
}
