import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { InputError } from '../../input-error.ts'
import type { Arrivals } from './arrivals.ts'
import { burst } from './burst.ts'
import { constant } from './constant.ts'
import { ARRIVALS_FORMS, parseArrivals, replayedFile } from './parse-arrivals.ts'
import { poisson } from './poisson.ts'
import { ramp } from './ramp.ts'
import { sine } from './sine.ts'
import { steps } from './steps.ts'

const context = { ratePerSecond: null, durationMs: 20_000, seed: 7 }

test.each<[text: string, ratePerSecond: number | null, same: Arrivals]>([
  ['constant', null, constant(100)],
  ['constant', 40, constant(40)],
  ['poisson', 40, poisson(40, { seed: 7 })],
  ['burst:500x1s/6s', 20, burst({ rate: 500, for: '1s', every: '6s', base: 20 })],
  ['burst:500x1s/6s', 0, burst({ rate: 500, for: '1s', every: '6s' })],
  ['sine:50.5/30s', null, sine({ mean: 100, amplitude: 50.5, period: '30s' })],
  ['ramp:10-500', null, ramp(10, 500, '20s')],
  ['ramp:10-500/1.5m', null, ramp(10, 500, '90s')],
  [
    'steps:100x10s,0x500ms,200x10s',
    null,
    steps([
      { rate: 100, for: '10s' },
      { rate: 0, for: '500ms' },
      { rate: 200, for: '10s' },
    ]),
  ],
])('"%s" at a rate of %s is read as a scenario would write it', (text, ratePerSecond, same) => {
  const arrivals = parseArrivals(text, { ...context, ratePerSecond })
  const numbers = Array.from({ length: 1_500 }, (_, k) => k)
  expect(numbers.map(arrivals)).toEqual(numbers.map(same))
})

test('replays a recorded schedule', () => {
  const folder = mkdtempSync(join(tmpdir(), 'arrivals-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const path = join(folder, 'starts')
  writeFileSync(path, '1\n2.5\n')
  const arrivals = parseArrivals(`replay:${path}`, context)
  expect([0, 1, 2].map(arrivals)).toEqual([1, 2.5, Infinity])
  expect(replayedFile(`replay:${path}`)).toBe(path)
  expect(replayedFile('constant')).toBeNull()
})

test('reads every form that the help shows', () => {
  const forms = ARRIVALS_FORMS.split('\n').map((line) => line.split(' ')[0] ?? '')
  expect(forms).toHaveLength(8)
  for (const form of forms.filter((text) => !text.startsWith('replay'))) {
    expect(parseArrivals(form, context)(0)).toBeGreaterThanOrEqual(0)
  }
})

test.each<[text: string, ratePerSecond: number | null, message: RegExp]>([
  ['', null, /"" is not a valid form.*constant, poisson/],
  ['linear', null, /"linear" is not a valid form/],
  ['constant:5', null, /"constant:5" is not a valid form/],
  ['burst:500', null, /"burst:500" is not a valid form/],
  ['burst:500x10/60s', null, /"10" is not a duration/],
  ['sine:500/3s', null, /amplitude 500 is above the mean 100/],
  ['ramp:0-0', null, /both 0/],
  ['ramp:1-2/0s', null, /longer than 0/],
  ['steps:1.2.3x1s', null, /can't be sent/],
  ['steps:', null, /"steps:" is not a valid form/],
  ['replay:', null, /"replay:" is not a valid form/],
  ['replay:no-such-file', null, /no-such-file can't be read/],
  ['ramp:1-2', 5, /rate 5\/s has no effect/],
  ['steps:1x1s', 5, /rate 5\/s has no effect/],
])('rejects "%s" at a rate of %s', (text, ratePerSecond, message) => {
  const parse = (): Arrivals => parseArrivals(text, { ...context, ratePerSecond })
  expect(parse).toThrow(InputError)
  expect(parse).toThrow(message)
})
