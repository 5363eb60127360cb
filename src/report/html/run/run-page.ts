import { html } from 'htm/preact'
import type { VNode } from 'preact'
import { counted, formatSeconds, formatUtc } from '../../../format.ts'
import { systemText } from '../../../environment/system.ts'
import { outcomeWord, type OutcomeWord } from '../../../run-file/outcome.ts'
import { printableRun } from '../../../run-file/printable-run.ts'
import type { RunFile } from '../../../run-file/run-file.ts'
import { runSentence, type RunSentence } from '../../run-sentence.ts'
import type { TracesOfRun } from '../../slowest/read-traces-file.ts'
import type { Page } from '../page.ts'
import { hatchPattern } from './bound-bar.ts'
import { capacitySection } from './capacity-section.ts'
import { environmentSection } from './environment-section.ts'
import { factList, type Fact } from './facts.ts'
import { microBenchmarksSection } from './micro-benchmarks-section.ts'
import { outcomeBadge, toneOf } from './outcome-badge.ts'
import { chartsOf } from './part.ts'
import { scenarioSection } from './scenario-section.ts'
import { pageTraces } from './slowest/page-traces.ts'
import { summarySection } from './summary-section.ts'

/**
 * The report of a run, from its file: of any run, also of one that is under way or was interrupted.
 * @param read the traces of its slowest requests; `null` if they were not looked for.
 */
export function runPage(untrusted: RunFile, read: TracesOfRun | null = null): Page {
  const run = printableRun(untrusted)
  const traces = pageTraces(run, read)
  const sentence = runSentence(run)
  const word =
    sentence.outcome === 'passed' && run.generators.kind === 'shard' ? 'measured' : sentence.outcome
  const summary = summarySection(run)
  const scenarios = run.scenarios.map((scenario, at) =>
    scenarioSection(scenario, outcomeWord(scenario, run), `scenario-${at + 1}`, traces),
  )
  const capacities = run.capacities.map((capacity, at) =>
    capacitySection(capacity, `capacity-${at + 1}`),
  )
  const bodies = [summary, ...capacities, ...scenarios].map(({ body }) => body)
  return {
    title: `${run.runId}: ${sentence.text}`,
    charts: chartsOf([summary, ...capacities, ...scenarios]),
    body: html`<a class="skip" href="#main">Skip to the results</a>
      ${hatchPattern()} ${masthead(run, word, sentence)} ${contents(run)}
      <main id="main" tabindex="-1">
        ${bodies} ${microBenchmarksSection(run.microBenchmarks)} ${environmentSection(run)}
      </main>
      <footer>
        <p class="muted">${run.runId}, run file of schema version ${run.schemaVersion}</p>
      </footer>`,
  }
}

function masthead(run: RunFile, outcome: OutcomeWord, { text }: RunSentence): VNode {
  return html`<header class=${`masthead ${toneOf(outcome)}`}>
    <p class="kicker">${outcomeBadge(outcome)} Load test</p>
    <h1>${text}</h1>
    ${run.status === 'running' ? html`<p class="notice doubtful">This run was killed, or is still running: these are its results so far.</p>` : null}
    ${factList('facts', runFacts(run))}
  </header>`
}

function runFacts({
  environment,
  startedAt,
  finishedAt,
  commit,
  system,
  profile,
  generators,
}: RunFile): readonly Fact[] {
  const seconds = finishedAt === null ? null : Date.parse(finishedAt) - Date.parse(startedAt)
  return [
    ['Date', html`<time datetime=${startedAt}>${formatUtc(startedAt, 'second')}</time>`],
    ['Duration', seconds === null ? 'unknown' : formatSeconds(seconds, 0)],
    ['System', systemText(system)],
    ['Commit', commit === null ? null : commitText(commit)],
    ['Profile', profile],
    ['Machine', `${counted(environment.availableCores, 'core')}, Node ${environment.nodeVersion}`],
    [
      'Generators',
      generators.kind === 'one'
        ? null
        : generators.kind === 'shard'
          ? `shard ${generators.shard} of ${generators.of}`
          : String(generators.shards.length),
    ],
  ]
}

function commitText({ short, branch, isDirty }: NonNullable<RunFile['commit']>): string {
  return `${short}${isDirty ? ' with changes' : ''}${branch === null ? '' : ` on ${branch}`}`
}

/** Links to the parts of a page that has several. */
function contents(run: RunFile): VNode | null {
  const { scenarios, capacities, microBenchmarks } = run
  const links = [
    ...(scenarios.length > 0 ? [link('summary', 'At a glance')] : []),
    ...capacities.map(({ name }, at) => link(`capacity-${at + 1}`, `Capacity of ${name}`)),
    ...scenarios.map((scenario, at) => {
      const sign = html`<span
        class=${`dot ${toneOf(outcomeWord(scenario, run))}`}
        aria-hidden="true"
      ></span>`
      return link(`scenario-${at + 1}`, html`${sign}${scenario.name}`)
    }),
    ...(microBenchmarks.length > 0 ? [link('micro-benchmarks', 'Micro-benchmarks')] : []),
    link('environment', 'Environment'),
  ]
  return html`<nav aria-label="Contents">
    <ul>
      ${links}
    </ul>
  </nav>`
}

function link(id: string, text: string | VNode): VNode {
  return html`<li><a href=${`#${id}`}>${text}</a></li>`
}
