import { formatMs } from '../../format.ts'
import type { LoadResultJson } from '../../run-file/schema/load-result-schema.ts'
import { largestPartSentence, partsText } from '../slowest/part-name.ts'
import { missingHandlersSentence, tracesSentence } from '../slowest/traces-sentence.ts'
import { left, renderTable, right } from './table.ts'
import { terminalWidth } from './terminal-width.ts'

/** The most rows of one operation. */
const SHOWN = 3

/**
 * The slowest requests of each operation: where their time went, and their traces; then the part that took most of the
 * time of all that the run file has, and which traces were kept. Whole lines without a final newline; `null` if requests were not traced.
 */
export function renderSlowest(result: LoadResultJson, width = terminalWidth()): string | null {
  const traced = result.operations.filter(({ slowest = [] }) => slowest.length > 0)
  if (traced.length === 0) return null
  const rows = traced.flatMap(({ name, slowest = [] }) =>
    slowest
      .slice(0, SHOWN)
      .map(({ responseMs, ending, parts, traceId }, at) => [
        at === 0 ? name : '',
        formatMs(responseMs),
        ending === 'ok' ? '' : ending,
        partsText(parts),
        traceId,
      ]),
  )
  const sentences = traced.flatMap(({ name, slowest = [] }) => {
    const said = [largestPartSentence(slowest), missingHandlersSentence(slowest)]
    return said.flatMap((sentence) => (sentence === null ? [] : [`  ${name}: ${sentence}`]))
  })
  const kept = result.traces === undefined ? [] : [`  ${tracesSentence(result.traces)}`]
  return [renderTable(COLUMNS, rows, width), ...sentences, ...kept].join('\n')
}

const COLUMNS = [
  left('slowest requests'),
  right('response'),
  left('', { drop: 1 }),
  left('where its time went', { below: true }),
  left('trace'),
]
