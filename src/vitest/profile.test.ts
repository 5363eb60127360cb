import { expect, test } from 'vitest'
import { InputError } from '../input-error.ts'
import { checkProfiledDuration, durationMsOf, durationOf, profileSettings } from './profile.ts'

const all = { short: '10s', long: '60s', full: '10m' } as const

test.each([
  ['', all, 10_000],
  ['long', all, 60_000],
  ['seed', all, 60_000],
  ['long', { short: '10s', seed: '60s' }, 60_000],
  ['full', all, 600_000],
  ['long', { short: '10s', full: '10m' }, 10_000],
  ['full', { short: '10s', long: '60s' }, 60_000],
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

test('the former name of the profile long is recorded as long', () => {
  expect(profileSettings({ BENCH_PROFILE: 'seed' }).profile).toBe('long')
})

test('a duration with both names of long is refused', () => {
  const duration = { short: '10s', long: '60s', seed: '60s' } as const
  expect(() => checkProfiledDuration(duration)).toThrow(/seed is the former name of long/)
})

test.each([{ BENCH_PROFILE: 'longest' }, { BENCH_DURATION: '0s' }, { BENCH_DURATION: '10' }])(
  '%j is refused',
  (env) => {
    expect(() => profileSettings(env)).toThrow(InputError)
  },
)
