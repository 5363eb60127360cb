import fc from 'fast-check'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { printableRun } from '../../run-file/printable-run.ts'
import { arbitraryRun } from '../../run-file/testing/arbitrary-run.ts'
import { summaryOf } from '../summarise-runs.ts'
import { renderRun, renderRunByStretches, renderRunList } from './runs.ts'
import { textWidth } from './text-width.ts'
import { fitLines } from './wrap.ts'

beforeEach(() => void vi.stubEnv('COLUMNS', '80'))
afterEach(() => void vi.unstubAllEnvs())

/** The lines of a report that are too wide, apart from those of a single word, such as a path. */
function tooWide(report: string): readonly string[] {
  return fitLines(report, 80)
    .split('\n')
    .filter((line) => textWidth(line) > 80 && /\S \S/.test(line))
}

test('whatever a run holds, its reports fit 80 columns', () => {
  fc.assert(
    fc.property(arbitraryRun, (given) => {
      const run = printableRun(given)
      expect(tooWide(renderRun(run))).toEqual([])
      expect(tooWide(renderRunByStretches(run, 1))).toEqual([])
      expect(tooWide(renderRunList([summaryOf('results/a.json', run)]))).toEqual([])
    }),
    { numRuns: 50 },
  )
})
