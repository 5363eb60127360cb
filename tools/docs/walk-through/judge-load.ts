import { countedDeliveries } from '../../../src/load/totals.ts'
import type { RunFile } from '../../../src/run-file/run-file.ts'
import { parseExpectation, type Expectation } from './expectation.ts'

/** What was looked at, in words, and whether it is as it has to be. */
export interface Check {
  /** `null`: shown, but no reason to fail. */
  readonly holds: boolean | null
  readonly text: string
}

type Measured = Extract<RunFile['scenarios'][number], { state: 'measured' }>
type Operation = Measured['result']['operations'][number]

/**
 * Holds a load test's run file against what has to be true of any load test, and against what the
 * document says to expect. Times are shown beside the document's, but not judged: the machine that
 * follows a document may be busy with other things.
 */
export function judgeLoad(run: RunFile, expected: readonly string[]): readonly Check[] {
  const measured = run.scenarios.filter((scenario) => scenario.state === 'measured')
  if (measured.length === 0) return [{ holds: false, text: 'nothing was measured' }]
  return measured.flatMap(({ result, verdict }) => {
    const { operations, measuredMs } = result
    const always: Check[] = [succeeded(operations, 99), ...delivered(operations, 98)]
    const stated = expected.flatMap((item): Check[] => {
      const bounds = parseExpectation(item)
      if (bounds === null) return [{ holds: false, text: `"${item}" is not understood` }]
      return bounds.flatMap((bound) => judge(bound, operations, measuredMs))
    })
    const doubt: Check[] =
      verdict.kind === 'valid' ? [] : [{ holds: null, text: `the measurement is ${verdict.kind}` }]
    return [...always, ...stated, ...doubt]
  })
}

function judge(
  bound: Expectation,
  all: readonly Operation[],
  measuredMs: number,
): readonly Check[] {
  const operations = all.filter(({ name }) => bound.operation === null || name === bound.operation)
  if (operations.length === 0) return [{ holds: false, text: `there is no ${bound.operation}` }]
  const of = bound.operation === null ? '' : `${bound.operation} `
  switch (bound.kind) {
    case 'success rate':
      return [succeeded(operations, bound.abovePercent)]
    case 'delivery rate':
      return delivered(operations, bound.abovePercent)
    case 'throughput': {
      const { least, most } = bound
      const perSecond = sum(operations, ({ counts }) => counts.ok) / (measuredMs / 1_000)
      const text = `${of}${rounded(perSecond)}/s of ${rounded(least)} to ${rounded(most)}/s`
      return [{ holds: rounded(perSecond) >= least && rounded(perSecond) <= most, text }]
    }
    case 'response time':
      return operations.map(({ response }) => {
        const ms = response.figures[bound.percentile]
        const name = bound.percentile.replace('p', 'P').replace('Ms', '')
        const shown = ms === null ? 'nothing' : `${ms.toPrecision(3)} ms`
        return { holds: null, text: `${of}${name} ${shown} (the document: < ${bound.belowMs} ms)` }
      })
  }
}

function succeeded(operations: readonly Operation[], abovePercent: number): Check {
  const planned = sum(operations, ({ counts }) => counts.planned)
  const ok = sum(operations, ({ counts }) => counts.ok)
  const text = `${ok} of ${planned} requests succeeded (> ${abovePercent} %)`
  return { holds: planned > 0 && ok > (planned * abovePercent) / 100, text }
}

/** Of a load without multicasts there is nothing to say. */
function delivered(operations: readonly Operation[], abovePercent: number): readonly Check[] {
  const sending = operations.filter(({ name }) => name === 'multicast')
  if (sending.length === 0) return []
  const expected = sum(sending, ({ deliveries }) => countedDeliveries(deliveries)?.expected ?? 0)
  const received = sum(sending, ({ deliveries }) => countedDeliveries(deliveries)?.received ?? 0)
  const text = `${received} of ${expected} messages delivered (> ${abovePercent} %)`
  return [{ holds: expected > 0 && received > (expected * abovePercent) / 100, text }]
}

function sum(operations: readonly Operation[], of: (operation: Operation) => number): number {
  return operations.reduce((total, operation) => total + of(operation), 0)
}

function rounded(perSecond: number): number {
  return Math.round(perSecond * 10) / 10
}
