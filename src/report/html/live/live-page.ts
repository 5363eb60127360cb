import { html } from 'htm/preact'
import { render } from 'preact-render-to-string'
import type { ComponentChildren, VNode } from 'preact'
import { systemText } from '../../../environment/system.ts'
import { redactUrls } from '../../../environment/redact-url.ts'
import { printable } from '../../../printable.ts'
import { printableRun } from '../../../run-file/printable-run.ts'
import type { RunFile, ScenarioEntry } from '../../../run-file/run-file.ts'
import { withoutSecrets } from '../../../run-file/write/write-run-file.ts'
import type { LiveRun, LiveScenario } from '../../live/live-run.ts'
import type { Chart } from '../chart.ts'
import type { Page } from '../page.ts'
import { hatchPattern } from '../run/bound-bar.ts'
import { factList } from '../run/facts.ts'
import { microBenchmarksSection } from '../run/micro-benchmarks-section.ts'
import { NOTHING, type Part } from '../run/part.ts'
import { scenarioSection } from '../run/scenario-section.ts'
import { summarySection } from '../run/summary-section.ts'
import { shownName } from './shown-name.ts'
import { loadSection } from './load-section.ts'

/** A run that is under way, as a page shows it. */
export interface LiveView {
  /** Markup by the id of the element that it goes into; those that others are in come first. */
  readonly parts: ReadonlyMap<string, string>
  readonly charts: readonly Chart[]
}

/** A scenario that has ended, harmless to show, and its section. */
interface Ended {
  readonly shown: ScenarioEntry
  readonly part: Part
}

/** The page before anything has happened: `view` fills it. */
export function livePage(events: string): Page {
  return {
    title: 'Load test under way',
    charts: [],
    events,
    body: html`<a class="skip" href="#main">Skip to the results</a>
      ${hatchPattern()}
      <header class="masthead">
        <div id="live-head"></div>
        <p class="notice bad connection-lost">
          The run no longer answers: it has ended, or its program has. Its report is in its results
          folder.
        </p>
      </header>
      <main id="main" tabindex="-1">
        <div class="sections" id="live-running"></div>
        <div class="sections" id="live-ended"></div>
      </main>`,
  }
}

/** Shows a run as it is now. Sections of scenarios that have ended are built once. */
export class LivePageView {
  readonly #run: LiveRun
  readonly #ended = new Map<ScenarioEntry, Ended>()
  /** Of all that have ended, and how many those are. */
  #summary: { readonly count: number; readonly part: Part } = { count: 0, part: NOTHING }

  constructor(run: LiveRun) {
    this.#run = run
  }

  view(): LiveView {
    const parts = new Map<string, string>()
    const charts: Chart[] = []
    const put = (id: string, body: ComponentChildren): void =>
      void parts.set(id, render(html`<${Fragment}>${body}<//>`))
    const { run, running } = this.#run
    put('live-head', head(run, running))
    const sections = running.map((scenario) => runningSection(scenario))
    put(
      'live-running',
      sections.map(({ body }) => body),
    )
    for (const section of sections) {
      for (const [id, body] of section.changing) put(id, body)
      charts.push(...section.charts)
    }
    const ended = run === null ? [] : this.#endedOf(run)
    put(
      'live-ended',
      ended.map(({ body }) => body),
    )
    charts.push(...ended.flatMap((section) => section.charts))
    return { parts, charts }
  }

  /** What all scenarios that have ended say together, and then each of them: first the latest one. */
  #endedOf(run: RunFile): readonly Part[] {
    const ended = run.scenarios.map((entry, at) => this.#sectionOf(run, entry, at))
    if (this.#summary.count !== ended.length) {
      const scenarios = ended.map(({ shown }) => shown)
      this.#summary = { count: ended.length, part: summarySection({ ...run, scenarios }) }
    }
    const { microBenchmarks } = printableRun(withoutSecrets({ ...run, scenarios: [] }))
    return [
      this.#summary.part,
      ...ended.map(({ part }) => part).toReversed(),
      { charts: [], body: microBenchmarksSection(microBenchmarks) },
    ]
  }

  #sectionOf(run: RunFile, entry: ScenarioEntry, at: number): Ended {
    const known = this.#ended.get(entry)
    if (known !== undefined) return known
    const { scenarios } = printableRun(withoutSecrets({ ...run, scenarios: [entry] }))
    const [shown = entry] = scenarios
    const ended = { shown, part: scenarioSection(shown, `scenario-${at + 1}`) }
    this.#ended.set(entry, ended)
    return ended
  }
}

function Fragment({ children }: { readonly children?: ComponentChildren }): ComponentChildren {
  return children
}

function head(run: RunFile | null, running: readonly LiveScenario[]): VNode {
  return html`<p class="kicker">
      <span class="live-dot" aria-hidden="true"></span> Load test under way
    </p>
    <h1>${headline(run, running)}</h1>
    ${
      run === null
        ? null
        : factList('facts', [
            ['Run', run.runId],
            ['System', printable(redactUrls(systemText(run.system)))],
            ['Profile', printable(run.profile)],
          ])
    }`
}

function headline(run: RunFile | null, running: readonly LiveScenario[]): string {
  if (run === null) return 'Starting …'
  const [first, ...others] = running
  if (first === undefined) return 'Between scenarios …'
  const { place, scenario } = first
  const kind = scenario.kind === 'load' ? 'Scenario' : 'Micro-benchmarks, file'
  const more = others.length === 0 ? '' : ` and ${others.length} more`
  return `${kind} ${place.number} of ${place.of}: ${shownName(scenario.name)}${more}`
}

function runningSection(
  live: LiveScenario,
): Part & { readonly changing: ReadonlyMap<string, VNode> } {
  const { scenario, place, loads } = live
  const id = `running-${scenario.kind}-${place.number}`
  const sections = loads.map((load) => loadSection(load, `${id}-load-${load.load + 1}`))
  return {
    charts: sections.flatMap(({ charts }) => charts),
    changing: new Map(sections.flatMap(({ changing }) => [...changing])),
    body: html`<section id=${id} aria-labelledby=${`${id}-heading`}>
      <header>
        <h2 id=${`${id}-heading`}>${shownName(scenario.name)}</h2>
        <p class="muted">under way, ${shownName(scenario.file)}</p>
      </header>
      ${sections.map(({ body }) => body)}
    </section>`,
  }
}
