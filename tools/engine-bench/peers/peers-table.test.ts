import { expect, test } from 'vitest'
import { ours } from './generators/ours/ours.ts'
import { vegeta } from './generators/vegeta.ts'
import { wrk2 } from './generators/wrk2.ts'
import type { PeerRow } from './measure-peers.ts'
import { describeMissing, peersSection, withSection } from './peers-section.ts'
import { peersMarkdown, renderPeersTable } from './peers-table.ts'

const LOAD = {
  ratePerSecond: 1_000,
  warmUpMs: 1_000,
  steadyMs: 9_000,
  stallMs: 1_000,
  recoveryMs: 1_000,
}

const OURS: PeerRow = {
  contender: ours('auto'),
  load: LOAD,
  run: {
    kind: 'measured',
    judgement: {
      steady: { p50Ms: 0.0123, p99Ms: 0.25, maxMs: 3 },
      firstSecond: { p50Ms: 1, p99Ms: -4, maxMs: 40 },
      due: 12_000,
      arrived: 12_000,
      arrivedInStall: 1.001,
    },
    report: { times: { p50Ms: 0.096, p99Ms: 890, p999Ms: 989 }, choice: 'clock' },
    cores: 0.157,
  },
}

const VEGETA: PeerRow = {
  contender: { generator: vegeta, program: '/usr/bin/vegeta', version: '12.13.0' },
  load: LOAD,
  run: {
    kind: 'measured',
    judgement: {
      steady: null,
      firstSecond: null,
      due: 12_000,
      arrived: 11_999,
      arrivedInStall: 0.9999,
    },
    report: { times: { p50Ms: 0.102, p99Ms: 880, p999Ms: null }, choice: null },
    cores: null,
  },
}

const FAILED: PeerRow = {
  contender: { generator: wrk2, program: '/usr/bin/wrk', version: null },
  load: LOAD,
  run: { kind: 'failed', reason: 'it ended with 3: a | b' },
}

test("a row shows arrivals, the generator's report and the truth", () => {
  const [, row] = renderPeersTable([OURS]).split('\n')
  expect(row?.trim().split(/ {2,}/)).toEqual([
    '1,000',
    'ours, auto = clock',
    '12.3 µs',
    '250 µs',
    '3.00 ms',
    '−4.00 ms',
    '40.0 ms',
    'none',
    'all',
    '96.0 µs / 890 ms / 989 ms',
    '0 ms / 890 ms / 989 ms',
    '0.16',
  ])
})

test('the table shows a single missing request, and unknown values', () => {
  const [, , row] = peersMarkdown([VEGETA]).split('\n')
  expect(row?.split(' | ').slice(2)).toEqual([
    '–',
    '–',
    '–',
    '–',
    '–',
    '1 of 12,000',
    '99 %',
    '102 µs / 880 ms / –',
    '0 ms / 880 ms / 988 ms',
    '– |',
  ])
})

test('the table shows a failed generator with the reason', () => {
  expect(renderPeersTable([FAILED])).toContain('wrk2: it ended with 3: a | b')
  expect(peersMarkdown([FAILED])).toContain('a &#124; b')
})

test('replaces the section of a page with table, versions and missing generators', () => {
  const page = '# Title\n<!-- peers -->\nold\n<!-- end of peers -->\nafter\n'
  const section = peersSection([OURS, VEGETA, FAILED], [wrk2])
  const written = withSection(page, section)
  expect(written).toContain('vegeta (12.13.0), wrk2 (unknown version)')
  expect(written).toContain('Not installed: wrk2.')
  expect(written).toContain('| 1,000 | vegeta |')
  expect(written).not.toContain('old')
  expect(written).toMatch(/^# Title\n<!-- peers -->\n[^]*\n<!-- end of peers -->\nafter\n$/)
  expect(withSection(written ?? '', section)).toBe(written)
})

test('leaves a page without such a section unchanged', () => {
  expect(withSection('# Title\n', 'x')).toBeNull()
  expect(withSection('<!-- peers -->\n', 'x')).toBeNull()
})

test('names a missing generator and how to install it', () => {
  expect(describeMissing(vegeta)).toBe(
    'vegeta: not found. To install it: go install github.com/tsenart/vegeta/v12@latest',
  )
})
