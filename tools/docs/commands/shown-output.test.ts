import { expect, test } from 'vitest'
import { linesNotPrinted } from './shown-output.ts'

const shown = [
  'register  600  1.56 ms',
  '  met  all  success rate  > 99 %',
  '3.5 s of 10 s   100/s',
]

test('figures, units and how it came out may differ, and the live line may be missing', () => {
  const printed = 'register    40   835 µs\n  missed  all  success rate  > 99 %   12 %'
  expect(linesNotPrinted(shown, printed)).toEqual([])
})

test.each([
  ['another word', 'enumerate 600 1.56 ms\nmet all success rate', [shown[0]]],
  ['words in another order', 'register 600\nmet success rate all', [shown[1]]],
  ['no line', '', shown.slice(0, 2)],
])('%s is not what the page shows', (_, printed, missing) => {
  expect(linesNotPrinted(shown, printed)).toEqual(missing)
})
