import type { Attributes } from '@opentelemetry/api'
import { redactUrls } from '../../environment/redact-url.ts'
import { uniqueNames } from '../export/exported-loads.ts'
import type { RunEvent, RunListener } from '../live/run-event.ts'
import { LoadFigures } from './load-figures.ts'

/** More loads than this are not kept: the oldest that has ended is forgotten. */
const MAX_LOADS = 100

/** A load and the attributes of all its metrics. */
export interface FollowedLoad {
  readonly attributes: Attributes
  readonly figures: LoadFigures
}

/** The figures of a run's loads, by its events, for metrics. */
export class RunMetrics {
  readonly #loads = new Map<string, FollowedLoad & { readonly name: string }>()
  #runId = ''
  #shard: string | null = null

  /** In order of their start. */
  get loads(): readonly FollowedLoad[] {
    return [...this.#loads.values()]
  }

  readonly listener: RunListener = (event: RunEvent) => {
    switch (event.event) {
      case 'run-started': {
        const { runId, generators } = event.run
        this.#runId = runId
        this.#shard = generators.kind === 'shard' ? `${generators.shard}/${generators.of}` : null
        break
      }
      case 'load-started':
      case 'progress': {
        const figures = this.#of(event.scenario.id, event.load, event.scenario.name)
        if (event.event === 'progress') figures.progress(event.progress)
        break
      }
      case 'scenario-ended':
        for (const [load, entry] of event.entries.entries()) {
          if (entry.state === 'unmeasured' && !this.#has(event.scenario.id, load)) continue
          this.#of(event.scenario.id, load, event.scenario.name).end(entry)
        }
        break
      case 'scenario-started':
      case 'micro-benchmarks':
      case 'run-ended':
        break
    }
  }

  #has(testId: string, load: number): boolean {
    return this.#loads.has(this.#key(testId, load))
  }

  #key(testId: string, load: number): string {
    return `${this.#runId} ${load} ${testId}`
  }

  #of(testId: string, load: number, test: string): LoadFigures {
    const key = this.#key(testId, load)
    const known = this.#loads.get(key)
    if (known !== undefined) return known.figures
    this.#forgetOldest()
    const own = redactUrls(load === 0 ? test : `${test} (load ${load + 1})`)
    const taken = [...this.#loads.values()].map(({ name }) => name)
    const name = uniqueNames([...taken, own], (text, n) => `${text} #${n}`).at(-1) ?? own
    const attributes = {
      'loadtest.run.id': this.#runId,
      'loadtest.scenario': name,
      ...(this.#shard === null ? {} : { 'loadtest.shard': this.#shard }),
    }
    const figures = new LoadFigures()
    this.#loads.set(key, { name, attributes, figures })
    return figures
  }

  #forgetOldest(): void {
    if (this.#loads.size < MAX_LOADS) return
    const [oldest] = [...this.#loads].filter(([, { figures }]) => figures.isEnded)
    if (oldest !== undefined) this.#loads.delete(oldest[0])
  }
}
