import { counted } from '../../../format.ts'
import { cutInMiddle } from '../text-width.ts'
import type { TerminalSize } from './bottom-block.ts'
import type { LiveLoad } from './live-load.ts'
import type { LiveRun, LiveTest } from './live-run.ts'
import { headLine, loadLine, loadLines, type Painter } from './load-lines.ts'
import { aboutText } from './time-left.ts'

/** A run while it goes on, in fewer lines than the terminal has, each narrower than it. */
export function runLines(
  run: LiveRun,
  { columns, rows }: TerminalSize,
  nowMs: number,
  paint: Painter,
): readonly string[] {
  const width = columns - 1
  const place = placeText(run, nowMs)
  const last = place === null ? [] : [paint('dim', cutInMiddle(place, width))]
  const blocks = [...run.tests.values()].flatMap((test) => testBlocks(test, width, paint))
  const room = rows - 1 - last.length
  const whole = blocks.flatMap(({ lines }) => lines)
  // A line apart from what was printed above.
  if (whole.length < room && whole.length > 1) return ['', ...whole, ...last]
  if (whole.length <= room) return [...whole, ...last]
  const short = blocks.map(({ line }) => line)
  if (short.length <= room) return [...short, ...last]
  const more = `and ${counted(short.length - room + 1, 'more load', 'more loads')}`
  return [...short.slice(0, Math.max(room - 1, 0)), paint('dim', more), ...last].slice(0, rows - 1)
}

/** `scenario 2 of 4, about 40 s to go`; `null` if there is nothing but the one that runs. */
export function placeText(run: LiveRun, nowMs: number): string | null {
  const { place, microFilesLeft } = run
  if (place === null || (place.of === 1 && microFilesLeft === 0)) return null
  const isMicro = [...run.tests.values()].some(({ scenario }) => scenario.kind !== 'load')
  const name = isMicro ? 'file of micro-benchmarks' : 'scenario'
  const leftMs = run.leftMs(nowMs)
  const parts = [
    `${name} ${place.number} of ${place.of}`,
    ...(leftMs === null ? [] : [`${aboutText(leftMs)} to go`]),
    ...(isMicro || microFilesLeft === 0
      ? []
      : [`then ${counted(microFilesLeft, 'file', 'files')} of micro-benchmarks`]),
  ]
  return parts.join(', ')
}

/** A running load in full, and in one line. */
interface Block {
  readonly lines: readonly string[]
  readonly line: string
}

function testBlocks({ scenario, loads }: LiveTest, width: number, paint: Painter): Block[] {
  if (scenario.kind !== 'load' || loads.length === 0) {
    const line = headLine(scenario.name, scenario.kind === 'load' ? 'preparing' : '', width, paint)
    return [{ lines: [line], line }]
  }
  return runningLoads(loads).map((load) => ({
    lines: loadLines(load, width, paint),
    line: loadLine(load, width, paint),
  }))
}

/** The end of a load is not told: one that sends no more requests is over once its test has begun another. */
function runningLoads(loads: readonly LiveLoad[]): readonly LiveLoad[] {
  const sending = loads.filter(({ progress }) => progress?.phase !== 'draining')
  return sending.length > 0 ? sending : loads.slice(-1)
}
