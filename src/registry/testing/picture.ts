import type { Registration } from '../registration.ts'
import type { WatchNews } from '../watch/watch-event.ts'

/** Applies a watch's events to a map, and collects events that contradict it. */
export class Picture {
  readonly held = new Map<string, Registration>()
  readonly faults: string[] = []
  isCurrent = false
  readonly #isExact: boolean

  /** @param isExact `false` for a resumed watch, whose events may repeat known states. */
  constructor({ isExact = true, held = [] as Iterable<readonly [string, Registration]> } = {}) {
    this.#isExact = isExact
    for (const [identity, registration] of held) this.held.set(identity, registration)
  }

  /** Its registrations, ordered by identity like those of `select`. */
  get registrations(): readonly Registration[] {
    return [...this.held.keys()].sort().flatMap((identity) => this.held.get(identity) ?? [])
  }

  apply(news: WatchNews): void {
    switch (news.type) {
      case 'joined':
      case 'changed': {
        const { identity } = news.registration
        this.#expect(this.held.has(identity) === (news.type === 'changed'), news.type, identity)
        this.held.set(identity, news.registration)
        return
      }
      case 'left':
        this.#expect(this.held.has(news.identity), 'left', news.identity)
        this.held.delete(news.identity)
        return
      case 'reset':
        this.held.clear()
        this.isCurrent = false
        return
      case 'interrupted':
        this.isCurrent = false
        return
      case 'current':
        this.isCurrent = true
    }
  }

  #expect(makesSense: boolean, type: string, identity: string): void {
    if (this.#isExact && !makesSense) this.faults.push(`${type} ${identity}`)
  }
}
