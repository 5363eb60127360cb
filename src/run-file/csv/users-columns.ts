import type { Column } from './csv.ts'
import type { LoadResultJson } from '../schema/load-result-schema.ts'
import {
  capitalized,
  FIGURES,
  figureName,
  ofOperation,
  type OperationRow,
} from './operation-row.ts'

/** Of a closed load, the same in the rows of all its steps. */
export function usersColumns(): readonly Column<OperationRow>[] {
  type Closed = Extract<LoadResultJson['model'], { kind: 'closed' }>
  const ofUsers = (
    label: string,
    description: string,
    value: (model: Closed) => string | number | null,
  ): Column<OperationRow> =>
    ofOperation(label, `${description}; of a closed load`, ({ scenario: { result } }) =>
      result.model.kind === 'closed' ? value(result.model) : null,
    )
  return [
    ofUsers('users', 'the most at any time', ({ users }) => users),
    ofUsers('usersSetUp', 'of these, set up', ({ setUp }) => setUp.ok),
    ofUsers('thinkTime', 'distribution of the think time', ({ thinkTime }) => thinkTime.label),
    ofUsers(
      'iterationsStarted',
      'passes through all steps',
      ({ iterations }) => iterations.started,
    ),
    ofUsers(
      'iterationsCompleted',
      'of these, with every step ok',
      ({ iterations }) => iterations.completed,
    ),
    ofUsers(
      'iterationsCutShort',
      'of these, ended by a step that was not',
      ({ iterations }) => iterations.cutShort,
    ),
    ...FIGURES.map((figure) =>
      ofUsers(
        `iteration${capitalized(figure)}`,
        `service times of an iteration's steps, added up, ${figureName(figure)}`,
        ({ iterations }) => iterations.time.figures[figure],
      ),
    ),
  ]
}
