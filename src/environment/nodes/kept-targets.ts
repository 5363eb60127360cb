import type { NodeTarget } from './node-target.ts'

/** The same target for the same question, so that a restart finds what was killed. */
export class KeptTargets {
  readonly #targets = new Map<string, NodeTarget>()

  /** @param question always asks for the same kind of target. */
  get<Target extends NodeTarget>(question: string, make: () => Target): Target {
    const known = this.#targets.get(question) ?? make()
    this.#targets.set(question, known)
    return known as Target
  }
}
