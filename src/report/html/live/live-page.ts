import { capitalised } from '../../../format.ts'
import { html } from 'htm/preact'
import { render } from 'preact-render-to-string'
import type { ComponentChildren, VNode } from 'preact'
import { systemText } from '../../../environment/system.ts'
import { printableRun, redactedRun } from '../../../run-file/printable-run.ts'
import type { RunFile, ScenarioEntry } from '../../../run-file/run-file.ts'
import type { FollowedRun } from '../../live/followed-run.ts'
import type { LiveTest } from '../../terminal/live/live-run.ts'
import { placeText } from '../../terminal/live/run-lines.ts'
import type { Chart } from '../chart.ts'
import type { Page } from '../page.ts'
import { hatchPattern } from '../run/bound-bar.ts'
import { factList } from '../run/facts.ts'
import { microBenchmarksSection } from '../run/micro-benchmarks-section.ts'
import { NOTHING, type Part } from '../run/part.ts'
import { scenarioSection } from '../run/scenario-section.ts'
import { outcomeWord } from '../../../run-file/outcome.ts'
import { summarySection } from '../run/summary-section.ts'
import { shownName } from './shown-name.ts'
import { loadSection } from './load-section.ts'

/** A run that is under way, as a page shows it. */
export interface LiveView {
  /** Markup by the id of its element; outer elements come first. */
  readonly parts: ReadonlyMap<string, string>
  readonly charts: readonly Chart[]
}

/** A scenario that has ended, without secrets and control characters, and its section. */
interface EndedScenario {
  readonly shown: ScenarioEntry
  readonly part: Part
}

/** What has ended of a run, as markup. */
interface Ended {
  readonly run: RunFile | null
  readonly body: string
  readonly charts: readonly Chart[]
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
          The run no longer responds: it has ended or was killed. Its results are in its results
          folder.
        </p>
      </header>
      <main id="main" tabindex="-1">
        <div class="sections" id="live-running"></div>
        <div class="sections" id="live-ended"></div>
      </main>`,
  }
}

/** Renders the present state of a run. What has ended is rendered once. */
export class LivePageView {
  readonly #run: FollowedRun
  readonly #scenarios = new WeakMap<ScenarioEntry, EndedScenario>()
  #ended: Ended = { run: null, body: '', charts: [] }

  constructor(run: FollowedRun) {
    this.#run = run
  }

  view(): LiveView {
    const parts = new Map<string, string>()
    const charts: Chart[] = []
    const put = (id: string, body: ComponentChildren): void => void parts.set(id, markup(body))
    put('live-head', head(this.#run))
    const sections = [...this.#run.live.tests.values()].map((test) =>
      runningSection(test, this.#run),
    )
    put(
      'live-running',
      sections.map(({ body }) => body),
    )
    for (const section of sections) {
      for (const [id, body] of section.changing) put(id, body)
      charts.push(...section.charts)
    }
    const ended = this.#endedOf(this.#run.run)
    parts.set('live-ended', ended.body)
    return { parts, charts: [...charts, ...ended.charts] }
  }

  /** What all scenarios that have ended say together, and then each of them: first the latest one. */
  #endedOf(run: RunFile | null): Ended {
    if (run === null || run === this.#ended.run) return this.#ended
    const ended = run.scenarios.map((entry, at) => this.#scenarioOf(run, entry, at))
    const rest = printableRun(redactedRun({ ...run, scenarios: [] }))
    const scenarios = ended.map(({ shown }) => shown)
    const sections: readonly Part[] = [
      scenarios.length === 0 ? NOTHING : summarySection({ ...rest, scenarios }),
      ...ended.map(({ part }) => part).toReversed(),
      { charts: [], body: microBenchmarksSection(rest.microBenchmarks) },
    ]
    this.#ended = {
      run,
      body: markup(sections.map(({ body }) => body)),
      charts: sections.flatMap(({ charts }) => charts),
    }
    return this.#ended
  }

  #scenarioOf(run: RunFile, entry: ScenarioEntry, at: number): EndedScenario {
    const known = this.#scenarios.get(entry)
    if (known !== undefined) return known
    const shown = printableRun(redactedRun(entry))
    const outcome = outcomeWord(entry, run)
    const ended = { shown, part: scenarioSection(shown, outcome, `scenario-${at + 1}`) }
    this.#scenarios.set(entry, ended)
    return ended
  }
}

function markup(body: ComponentChildren): string {
  return render(html`${body}`)
}

function head(followed: FollowedRun): VNode {
  const { run, live } = followed
  const place = placeText(live, performance.now())
  return html`<p class="kicker">
      <span class="live-dot" aria-hidden="true"></span> Load test under way
    </p>
    <h1>${headline(followed)}</h1>
    ${place === null ? null : html`<p class="place">${capitalised(place)}</p>`}
    ${
      run === null
        ? null
        : factList('facts', [
            ['Run', run.runId],
            ['System', shownName(systemText(run.system))],
            ['Profile', shownName(run.profile)],
          ])
    }`
}

function headline({ run, live }: FollowedRun): string {
  if (run === null) return 'Starting …'
  const [first, ...others] = live.tests.values()
  if (first === undefined) return 'Between scenarios …'
  return `${shownName(first.scenario.name)}${others.length === 0 ? '' : ` and ${others.length} more`}`
}

function runningSection(
  { scenario, place, loads }: LiveTest,
  followed: FollowedRun,
): Part & { readonly changing: ReadonlyMap<string, VNode | null> } {
  const id = `running-${scenario.kind}-${place.number}`
  const sections = loads.map((load, at) =>
    loadSection(load, followed.loadOf(scenario.id, at), `${id}-load-${at + 1}`),
  )
  return {
    charts: sections.flatMap(({ charts }) => charts),
    changing: new Map(sections.flatMap(({ changing }) => [...changing])),
    body: html`<section id=${id} aria-labelledby=${`${id}-heading`}>
      <header>
        <h2 id=${`${id}-heading`}>Under way</h2>
        <p class="muted">${shownName(scenario.file)}</p>
      </header>
      ${
        // The latest one is of most interest.
        sections.map(({ body }) => body).toReversed()
      }
    </section>`,
  }
}
