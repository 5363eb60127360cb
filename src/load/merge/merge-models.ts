import type { ClosedModel, IterationFigures, LoadModel, PhaseFigures } from '../load-model.ts'
import { mergeErrors } from '../recording/error-tally.ts'
import { sumOf } from '../recording/histogram.ts'

/** Adds up what the shares of one load say of its model: shares of users are together all of them. */
export function mergeModels(models: readonly LoadModel[]): LoadModel {
  const closed = models.filter((model) => model.kind === 'closed')
  const [first] = closed
  if (first === undefined) return { kind: 'open' }
  const total = (of: (model: ClosedModel) => number): number => sum(closed.map(of))
  return {
    kind: 'closed',
    users: total(({ users }) => users),
    thinkTime: first.thinkTime,
    userTimeMs: total(({ userTimeMs }) => userTimeMs),
    iterations: mergeIterations(closed.map(({ iterations }) => iterations)),
    setUp: mergePhases(closed.map(({ setUp }) => setUp)),
    tearDown: mergePhases(closed.map(({ tearDown }) => tearDown)),
  }
}

function mergeIterations(parts: readonly IterationFigures[]): IterationFigures {
  return {
    started: sum(parts.map(({ started }) => started)),
    completed: sum(parts.map(({ completed }) => completed)),
    cutShort: sum(parts.map(({ cutShort }) => cutShort)),
    underWay: sum(parts.map(({ underWay }) => underWay)),
    time: sumOf(parts.map(({ time }) => time)),
  }
}

function mergePhases(parts: readonly PhaseFigures[]): PhaseFigures {
  return {
    users: sum(parts.map(({ users }) => users)),
    ok: sum(parts.map(({ ok }) => ok)),
    failed: sum(parts.map(({ failed }) => failed)),
    timedOut: sum(parts.map(({ timedOut }) => timedOut)),
    notDone: sum(parts.map(({ notDone }) => notDone)),
    errors: mergeErrors(parts.flatMap(({ errors }) => errors)),
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}
