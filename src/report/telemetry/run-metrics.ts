import type { Attributes } from '@opentelemetry/api'
import { redactUrls } from '../../environment/redact-url.ts'
import type { Generators, RunFile } from '../../run-file/run-file.ts'
import { uniqueNames } from '../export/exported-loads.ts'
import type { RunEvent, RunListener, RunningScenario } from '../live/run-event.ts'
import { LoadFigures } from './load-figures.ts'

/**
 * More loads than this are not kept: the oldest that has ended is forgotten. A scrape of 30 loads takes some 100 ms of
 * CPU time, and loads follow each other slowly enough to be scraped in between.
 */
const MAX_LOADS = 30

/** A load and the attributes of all its metrics. */
export interface FollowedLoad {
  readonly attributes: Attributes
  readonly figures: LoadFigures
}

/** A run with one load that several processes make: their figures are added up. */
export interface RunOfParts {
  /** The run's name; empty before a part has begun. */
  readonly runId: string
  /** Follows one of the processes. */
  listenerOf(part: number): RunListener
  /** Replaces what events told by the figures of the merged run; `null` if there is none. */
  end(merged: RunFile | null): void
}

/** A run, and the attributes of all its metrics besides its id. */
interface Source {
  readonly attributes: Attributes
  readonly runId: string
}

interface KeptLoad extends FollowedLoad {
  readonly key: string
  /** The run, and the probe of a search for capacity: within both, names of scenarios are unique. */
  readonly group: string
  /** The load's name in its run file. */
  readonly entryName: string
  readonly name: string
}

/** The figures of runs' loads, by the runs' events, for metrics. */
export class RunMetrics {
  readonly #loads: KeptLoad[] = []

  /** In order of their start. */
  get loads(): readonly FollowedLoad[] {
    return this.#loads
  }

  /**
   * Follows runs, one after the other.
   * @param attributes of all their metrics, such as `loadtest.version`.
   */
  listenerOf(attributes: Attributes = {}): RunListener {
    let source: Source = { attributes, runId: '' }
    return (event) => {
      if (event.event === 'run-started') {
        const { runId, generators } = event.run
        source = { attributes: { ...attributes, ...shardOf(generators) }, runId }
        return
      }
      this.#follow(source, event, 0)
      if (event.event !== 'scenario-ended') return
      for (const [load, entry] of event.entries.entries()) {
        const isKnown = this.#find(source, event.scenario, load) !== undefined
        if (isKnown || entry.state !== 'unmeasured') {
          this.#loadOf(source, event.scenario, load).figures.end(entry)
        }
      }
    }
  }

  /**
   * Follows a run that several processes make.
   * @param nameRun names it, when the first of them has begun.
   */
  runOfParts(nameRun: (first: RunFile) => string): RunOfParts {
    let source: Source = { attributes: {}, runId: '' }
    return {
      get runId() {
        return source.runId
      },
      listenerOf: (part) => (event) => {
        if (event.event !== 'run-started') this.#follow(source, event, part)
        else if (source.runId === '') source = { attributes: {}, runId: nameRun(event.run) }
      },
      end: (merged) => {
        if (merged !== null) this.end(source.runId, merged)
        for (const { group, figures } of this.#loads) {
          if (group === groupOf(source.runId, {}) && !figures.isEnded) figures.abandon()
        }
      },
    }
  }

  /**
   * Replaces what events told of a run by the figures of its run file.
   * @param runId the name by which it was followed.
   * @param attributes of the metrics of a load that no event told of.
   */
  end(runId: string, { scenarios }: RunFile, attributes: Attributes = {}): void {
    const loads = this.#loads.filter(({ group }) => group === groupOf(runId, {}))
    for (const entry of scenarios) {
      const at = loads.findIndex(({ entryName }) => entryName === entry.name)
      const [told] = at === -1 ? [] : loads.splice(at, 1)
      if (told === undefined && entry.state === 'unmeasured') continue
      const { file, name } = entry
      const untold = { kind: 'load', id: `${file} ${name}`, name, file } as const
      const { figures } = told ?? this.#loadOf({ attributes, runId }, untold, 0)
      figures.end(entry)
    }
  }

  #follow(source: Source, event: RunEvent, part: number): void {
    if (event.event !== 'load-started' && event.event !== 'progress') return
    const { figures } = this.#loadOf(source, event.scenario, event.load)
    if (event.event === 'progress') figures.progress(event.progress, part)
  }

  #find({ runId }: Source, scenario: RunningScenario, load: number): KeptLoad | undefined {
    const key = keyOf(runId, scenario, load)
    return this.#loads.find((one) => one.key === key)
  }

  #loadOf(source: Source, scenario: RunningScenario, load: number): KeptLoad {
    const known = this.#find(source, scenario, load)
    if (known !== undefined) return known
    this.#forgetOldest()
    const { runId } = source
    const group = groupOf(runId, scenario)
    const entryName = load === 0 ? scenario.name : `${scenario.name} (load ${load + 1})`
    const own = redactUrls(entryName)
    const taken = this.#loads.filter((one) => one.group === group).map(({ name }) => name)
    const name = uniqueNames([...taken, own], (text, n) => `${text} #${n}`).at(-1) ?? own
    const attributes = {
      'loadtest.run.id': runId,
      'loadtest.scenario': name,
      ...(scenario.probe === undefined ? {} : { 'loadtest.probe': String(scenario.probe) }),
      ...source.attributes,
    }
    const key = keyOf(runId, scenario, load)
    const made = { key, group, entryName, name, attributes, figures: new LoadFigures() }
    this.#loads.push(made)
    return made
  }

  #forgetOldest(): void {
    if (this.#loads.length < MAX_LOADS) return
    const oldest = this.#loads.findIndex(({ figures }) => figures.isEnded)
    if (oldest !== -1) this.#loads.splice(oldest, 1)
  }
}

function shardOf(generators: Generators): Attributes {
  if (generators.kind !== 'shard') return {}
  return { 'loadtest.shard': `${generators.shard}/${generators.of}` }
}

function groupOf(runId: string, { probe }: Pick<RunningScenario, 'probe'>): string {
  return `${runId} ${probe ?? ''}`
}

function keyOf(runId: string, scenario: RunningScenario, load: number): string {
  return `${groupOf(runId, scenario)} ${load} ${scenario.id}`
}
