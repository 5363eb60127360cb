import { html } from 'htm/preact'
import type { VNode } from 'preact'
import { formatCount, formatMsOrDash } from '../../../format.ts'
import type { ScenarioEntry } from '../../../run-file/run-file.ts'
import { dataTable } from '../data-table.ts'

type Measured = Extract<ScenarioEntry, { state: 'measured' }>
type Closed = Extract<Measured['result']['model'], { kind: 'closed' }>

/** The users and iterations of a closed load; `null` for an open one. */
export function usersTable({ name, result: { model } }: Measured): VNode | null {
  if (model.kind === 'open') return null
  const { users, thinkTime, iterations } = model
  const { p50Ms, p95Ms, p99Ms } = iterations.time.figures
  return html`<p class="note">
      ${formatCount(users)} users, think time ${thinkTime.label}. In a closed load, times count from
      the actual start of a step: while the system stalls, users wait and send nothing.
    </p>
    ${dataTable({
      caption: `Iterations of ${name}`,
      columns: [
        'started',
        'completed',
        'cut short by a step',
        'under way at the end',
        'P50 without think time',
        'P95',
        'P99',
      ].map((heading) => ({ heading, isFigure: true })),
      rows: [
        [
          ...[
            iterations.started,
            iterations.completed,
            iterations.cutShort,
            iterations.underWay,
          ].map(formatCount),
          ...[p50Ms, p95Ms, p99Ms].map(formatMsOrDash),
        ],
      ],
    })}
    ${dataTable({
      caption: `Users of ${name}`,
      columns: [
        { heading: 'phase' },
        ...['users', 'ok', 'failed', 'timed out', 'not done'].map((heading) => ({
          heading,
          isFigure: true,
        })),
        { heading: 'such as' },
      ],
      rows: (['setUp', 'tearDown'] as const).map((phase) => phaseCells(phase, model)),
    })}`
}

function phaseCells(phase: 'setUp' | 'tearDown', model: Closed): readonly string[] {
  const { users, ok, failed, timedOut, notDone, errors } = model[phase]
  return [
    phase === 'setUp' ? 'set-up' : 'tear-down',
    ...[users, ok, failed, timedOut, notDone].map(formatCount),
    errors.map(({ code, sample }) => `${code}: ${sample}`).join('; ') || '–',
  ]
}
