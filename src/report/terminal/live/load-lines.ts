import {
  counted,
  formatCount,
  formatMsOrDash,
  formatPercent,
  formatPercentDown,
  formatRate,
} from '../../../format.ts'
import type { LoadProgress } from '../../../load/recording/load-recorder.ts'
import type { ReceiptsSoFar } from '../../../load/recording/delivery-tally.ts'
import { roughPercentileMs } from '../../../load/recording/sparse-counts.ts'
import { printable } from '../../../printable.ts'
import { faultsSoFar } from '../../faults-so-far.ts'
import { sparkline } from '../../sparkline.ts'
import { boundText, sloCells } from '../../slo-cells.ts'
import { cutInMiddle, textWidth } from '../text-width.ts'
import type { Style } from '../paint.ts'
import type { LiveLoad } from './live-load.ts'
import { paceSoFar } from './pace-so-far.ts'
import { sloSoFar } from './slo-so-far.ts'

/** Styles a text, or doesn't, as the terminal allows. */
export type Painter = (style: Style, text: string) => string

const LABEL_WIDTH = 12
const MAX_SPARKLINE = 60

/** A running load in up to ten lines of at most `width` columns, the first of which has its name. */
export function loadLines(load: LiveLoad, width: number, paint: Painter): readonly string[] {
  const { outline, progress, seconds, operations } = load
  const line = (label: string, ...cells: readonly string[]): string =>
    joined(`  ${paint('dim', label.padEnd(LABEL_WIDTH))}`, cells, width)
  const lines = [headLine(load.name, timeText(load), width, paint)]
  if (progress === null) return lines
  lines.push(...rateLines(load, width, line))
  const last = seconds.at(-1)
  if (last !== undefined) {
    const at = (percentile: number): number | null => roughPercentileMs(last.response, percentile)
    lines.push(line('last second', times('P50', at(50)), times('P99', at(99))))
    const { started, p50Ms } = progress.soFar
    const requests = counted(started, 'request')
    lines.push(line('so far', times('P50', p50Ms), times('P99', progress.p99Ms), requests))
  }
  lines.push(line('errors', ...errorCells(load, paint)))
  lines.push(...faultLines(progress, line, paint))
  const { receipts } = progress
  if (receipts !== null && receipts.expected > 0) {
    const isWhole = receipts.received >= receipts.expected
    lines.push(line('delivery', paint(isWhole ? 'green' : 'yellow', receiptsText(receipts))))
  }
  if (outline === null) return lines
  const pace = paceSoFar(outline, progress)
  if (pace !== null) {
    lines.push(line('generator', paint(pace.isLate ? 'yellow' : 'green', pace.word), pace.figures))
  }
  const rows = sloSoFar(outline.bounds, operations)
  const [worst] = rows
  if (worst !== undefined) {
    const met = rows.filter(({ outcome }) => outcome === 'met').length
    const isMet = met === rows.length
    const { operation, metric, measured } = sloCells(worst)
    const name = `${printable(operation)} ${printable(metric)}`
    const count = paint(isMet ? 'green' : 'red', `${met} of ${rows.length} met`)
    lines.push(line('SLO so far', count, `${name} ${measured}, bound ${boundText(worst)}`))
  }
  return lines
}

/** What is broken, or was last, and what comes next: none without faults. */
function faultLines(
  { faults, elapsedMs }: LoadProgress,
  line: (label: string, ...cells: readonly string[]) => string,
  paint: Painter,
): readonly string[] {
  const texts = faultsSoFar(faults, elapsedMs).map(({ text, state }) =>
    state === 'on' || state === 'failed' ? paint('red', text) : text,
  )
  return texts.length === 0 ? [] : [line('faults', ...texts)]
}

/** The load in one line, where there is no room for more. */
export function loadLine(load: LiveLoad, width: number, paint: Painter): string {
  return headLine(load.name, timeText(load), width, paint)
}

/** A name, as much of it as fits, and a text at the right edge. */
export function headLine(name: string, right: string, width: number, paint: Painter): string {
  const room = Math.max(width - textWidth(right) - 2, 8)
  const shown = cutInMiddle(printable(name), room)
  const space = ' '.repeat(Math.max(width - textWidth(shown) - textWidth(right), 2))
  return cutInMiddle(`${paint('bold', shown)}${right === '' ? '' : `${space}${right}`}`, width)
}

/** How far a load is: `4 of 10 s, 6 s to go`. */
export function timeText({ progress }: LiveLoad): string {
  if (progress === null) return 'preparing'
  const { phase, elapsedMs, durationMs } = progress
  if (phase === 'warm-up') return `warming up, ${secondsText(-elapsedMs)} s to go`
  if (phase === 'draining' || elapsedMs >= durationMs) return 'waiting for the last requests'
  const elapsed = Math.floor(elapsedMs / 1_000)
  const duration = formatCount(durationMs / 1_000)
  return `${formatCount(elapsed)} of ${duration} s, ${secondsText(durationMs - elapsedMs)} s to go`
}

function secondsText(ms: number): string {
  return formatCount(Math.ceil(ms / 1_000))
}

/** Asked and achieved rate on one scale. Users ask for no rate. */
function rateLines(
  { progress, seconds, outline }: LiveLoad,
  width: number,
  line: (label: string, ...cells: readonly string[]) => string,
): readonly string[] {
  const inFlight = `${formatCount(progress?.inFlight ?? 0)} in flight`
  const last = seconds.at(-1)
  if (last === undefined) return [line('load', printable(outline?.label ?? '–'), inFlight)]
  // The figures behind the sparkline are never cut.
  const room = Math.max(Math.min(width - LABEL_WIDTH - 36, MAX_SPARKLINE), 4)
  const shown = seconds.slice(-room)
  const asked = shown.map(({ askedPerSecond }) => askedPerSecond)
  const achieved = shown.map(({ achievedPerSecond }) => achievedPerSecond)
  const both = sparkline([...asked, ...achieved], 'zero')
  const rate = line(
    'achieved',
    both.slice(asked.length),
    formatRate(last.achievedPerSecond),
    inFlight,
  )
  if (last.askedPerSecond === null || outline?.model === 'closed') return [rate]
  return [line('asked', both.slice(0, asked.length), formatRate(last.askedPerSecond)), rate]
}

function times(percentile: string, ms: number | null): string {
  return `${percentile} ${formatMsOrDash(ms)}`.padEnd(11)
}

function errorCells({ progress, errors }: LiveLoad, paint: Painter): readonly string[] {
  if (progress === null || progress.errors === 0) return [paint('green', '0')]
  const { ok, notOk } = progress.soFar
  // Those of the current second have no kinds yet.
  const count = notOk === 0 ? progress.errors : notOk
  const ratio = notOk === 0 ? '' : ` (${formatPercent(notOk / (ok + notOk))})`
  const kinds = [...errors].toSorted(([, a], [, b]) => b - a)
  return [
    paint('red', `${formatCount(count)}${ratio}`),
    ...kinds.map(([kind, of]) => `${printable(kind)} ${formatCount(of)}`),
  ]
}

/** `49,500 of 50,000 receipts (99 %)`. */
export function receiptsText({ expected, received }: ReceiptsSoFar): string {
  const ratio = formatPercentDown(Math.min(received / expected, 1))
  return `${formatCount(received)} of ${counted(expected, 'receipt')} (${ratio})`
}

/** As many cells as fit; the first is cut if even that does not. */
function joined(start: string, cells: readonly string[], width: number): string {
  const [first = '', ...others] = cells
  let text = `${start}${cutInMiddle(first, width - textWidth(start))}`
  for (const cell of others) {
    const next = `${text}   ${cell}`
    const trimmed = next.trimEnd()
    if (textWidth(trimmed) > width) {
      const room = width - textWidth(text) - 3
      return room < 16 ? text.trimEnd() : `${text}   ${cutInMiddle(cell, room)}`
    }
    text = next
  }
  return text.trimEnd()
}
