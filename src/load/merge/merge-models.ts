import type { IterationFigures, LoadModel, PhaseFigures } from '../load-model.ts'
import { mergeErrors } from '../recording/error-tally.ts'
import { sumOf } from '../recording/histogram.ts'
import { total } from '../totals.ts'

/** Merges the models of one load's shards: shards of users add up to all users. */
export function mergeModels(models: readonly LoadModel[]): LoadModel {
  const closed = models.filter((model) => model.kind === 'closed')
  const [first] = closed
  if (first === undefined) return { kind: 'open' }
  return {
    kind: 'closed',
    users: total(closed, ({ users }) => users),
    thinkTime: first.thinkTime,
    userTimeMs: total(closed, ({ userTimeMs }) => userTimeMs),
    iterations: mergeIterations(closed.map(({ iterations }) => iterations)),
    setUp: mergePhases(closed.map(({ setUp }) => setUp)),
    tearDown: mergePhases(closed.map(({ tearDown }) => tearDown)),
  }
}

function mergeIterations(parts: readonly IterationFigures[]): IterationFigures {
  return {
    started: total(parts, ({ started }) => started),
    completed: total(parts, ({ completed }) => completed),
    cutShort: total(parts, ({ cutShort }) => cutShort),
    underWay: total(parts, ({ underWay }) => underWay),
    time: sumOf(parts.map(({ time }) => time)),
  }
}

function mergePhases(parts: readonly PhaseFigures[]): PhaseFigures {
  return {
    users: total(parts, ({ users }) => users),
    ok: total(parts, ({ ok }) => ok),
    failed: total(parts, ({ failed }) => failed),
    timedOut: total(parts, ({ timedOut }) => timedOut),
    notDone: total(parts, ({ notDone }) => notDone),
    errors: mergeErrors(parts.flatMap(({ errors }) => errors)),
  }
}
