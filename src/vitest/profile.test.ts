import { expect, test } from 'vitest'
import { InputError } from '../input-error.ts'
import { durationMsOf, durationOf, profileSettings } from './profile.ts'

const all = { short: '10s', seed: '60s', full: '10m' } as const

test.each([
  ['', all, 10_000],
  ['seed', all, 60_000],
  ['full', all, 600_000],
  ['seed', { short: '10s', full: '10m' }, 10_000],
  ['full', { short: '10s', seed: '60s' }, 60_000],
  ['full', { short: '10s' }, 10_000],
  ['full', '3s', 3_000],
] as const)('under BENCH_PROFILE=%s, %j lasts %d ms', (BENCH_PROFILE, duration, ms) => {
  expect(durationMsOf(duration, profileSettings({ BENCH_PROFILE }))).toBe(ms)
})

test.each([
  ['2m', '120s'],
  ['1500ms', '1500ms'],
])('BENCH_DURATION=%s overrides every profile', (BENCH_DURATION, text) => {
  const settings = profileSettings({ BENCH_PROFILE: 'full', BENCH_DURATION })
  expect(durationOf(all, settings)).toBe(text)
})

test.each([{ BENCH_PROFILE: 'long' }, { BENCH_DURATION: '0s' }, { BENCH_DURATION: '10' }])(
  '%j is refused',
  (env) => {
    expect(() => profileSettings(env)).toThrow(InputError)
  },
)
