import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { countedDeliveries, total } from '../../src/load/totals.ts'
import { readRunFile } from '../../src/run-file/read/read-run-file.ts'
import type { RunFile } from '../../src/run-file/run-file.ts'

type Measured = Extract<RunFile['scenarios'][number], { state: 'measured' }>
type Operation = Measured['result']['operations'][number]

/** A bound that a page puts on a load. */
export type Expectation = {
  /** `null`: all operations together. */
  readonly operation: string | null
} & (
  | { readonly kind: 'throughput'; readonly min: number; readonly max: number }
  | { readonly kind: 'success rate' | 'delivery rate'; readonly abovePercent: number }
  /** Not judged, because the reader's machine may be busy. */
  | { readonly kind: 'response time' }
)

/** The tolerance of `~60 req/sec`, as a ratio. */
const ABOUT = 0.2

/**
 * Reads an item such as `Throughput: 150-200 req/sec`, `P95 Latency: <10ms`, `Delivery rate: >98%`, or
 * `Register: ~60 req/sec, P95 <10ms`.
 * @returns `null` if any part of it is not a bound.
 */
export function parseExpectation(item: string): readonly Expectation[] | null {
  const [label = '', ...rest] = item.split(':')
  const operation = /\b(register|enumerate|multicast)\b/i.exec(label)?.[1]?.toLowerCase() ?? null
  const parts = rest.join(':').split(',')
  const read = parts.map((part) => parsePart(label, part.trim(), operation))
  return read.includes(null) ? null : read.filter((bound) => bound !== null)
}

function parsePart(label: string, part: string, operation: string | null): Expectation | null {
  const [, min, max] = /^(\d+)-(\d+) \w+\/s(?:ec)?$/.exec(part) ?? []
  if (min !== undefined && max !== undefined) {
    return { kind: 'throughput', operation, min: Number(min), max: Number(max) }
  }
  const [, about] = /^~(\d+) \w+\/s(?:ec)?$/.exec(part) ?? []
  if (about !== undefined) {
    const [low, high] = [Number(about) * (1 - ABOUT), Number(about) * (1 + ABOUT)]
    return { kind: 'throughput', operation, min: low, max: high }
  }
  const [, percent] = /^> ?(\d+) ?%$/.exec(part) ?? []
  if (percent !== undefined) {
    const kind = /delivery/i.test(label) ? 'delivery rate' : 'success rate'
    return { kind, operation, abovePercent: Number(percent) }
  }
  return /< ?\d+ ?ms\b/.test(part) ? { kind: 'response time', operation } : null
}

/**
 * The differences between a load and its page. Whatever the page says, more than 99 % of the requests and 98 % of
 * the messages have to succeed.
 */
export function flawsOfLoad(run: RunFile, expected: readonly string[]): readonly string[] {
  const measured = run.scenarios.filter((scenario) => scenario.state === 'measured')
  if (measured.length === 0) return ['measured nothing']
  return measured.flatMap(({ result: { operations, measuredMs } }) => [
    ...tooFewSucceeded(operations, 99),
    ...tooFewDelivered(operations, 98),
    ...expected.flatMap((item) => {
      const bounds = parseExpectation(item)
      if (bounds === null) return [`"${item}" is not a valid expectation`]
      return bounds.flatMap((bound) => flawsOfBound(bound, operations, measuredMs))
    }),
  ])
}

function flawsOfBound(
  bound: Expectation,
  all: readonly Operation[],
  measuredMs: number,
): readonly string[] {
  const operations = all.filter(({ name }) => bound.operation === null || name === bound.operation)
  if (operations.length === 0) return [`has no ${bound.operation}`]
  switch (bound.kind) {
    case 'success rate':
      return tooFewSucceeded(operations, bound.abovePercent)
    case 'delivery rate':
      return tooFewDelivered(operations, bound.abovePercent)
    case 'throughput': {
      const ok = total(operations, ({ counts }) => counts.ok)
      const perSecond = Math.round((ok / measuredMs) * 10_000) / 10
      const isWithin = perSecond >= bound.min && perSecond <= bound.max
      return isWithin ? [] : [`${perSecond}/s is not within ${bound.min} to ${bound.max}/s`]
    }
    case 'response time':
      return []
  }
}

function tooFewSucceeded(operations: readonly Operation[], abovePercent: number): string[] {
  const planned = total(operations, ({ counts }) => counts.planned)
  const ok = total(operations, ({ counts }) => counts.ok)
  if (planned > 0 && ok > (planned * abovePercent) / 100) return []
  return [`${ok} of ${planned} requests succeeded, not more than ${abovePercent} %`]
}

function tooFewDelivered(operations: readonly Operation[], abovePercent: number): string[] {
  const multicasts = operations.filter(({ name }) => name === 'multicast')
  if (multicasts.length === 0) return []
  const counts = multicasts.map(({ deliveries }) => countedDeliveries(deliveries))
  const expected = total(counts, (counted) => counted?.expected ?? 0)
  const received = total(counts, (counted) => counted?.received ?? 0)
  if (expected > 0 && received > (expected * abovePercent) / 100) return []
  return [`${received} of ${expected} messages were delivered, not more than ${abovePercent} %`]
}

/**
 * Reads the run file that is new in a folder.
 * @param seen earlier files; new ones are added.
 * @returns the run, and the differences from what a load leaves: one run file and its CSV files, all of them owned
 *   by the folder's owner.
 */
export async function newRun(
  folder: string,
  seen: Set<string>,
): Promise<{ readonly run: RunFile | null; readonly flaws: readonly string[] }> {
  const files = readdirSync(folder).filter((file) => !seen.has(file))
  for (const file of files) seen.add(file)
  const [json, ...others] = files.filter((file) => file.endsWith('.json') && !file.startsWith('.'))
  if (json === undefined) return { run: null, flaws: ['left no run file'] }
  const missing = ['.csv', '.intervals.csv']
    .map((suffix) => json.replace('.json', suffix))
    .filter((file) => !files.includes(file))
  const { uid } = statSync(folder)
  const foreign = files.filter((file) => statSync(join(folder, file)).uid !== uid)
  const flaws = [
    ...others.map((file) => `left ${file} besides ${json}`),
    ...missing.map((file) => `left no ${file}`),
    ...foreign.map((file) => `left ${file} to another user`),
  ]
  return { run: await readRunFile(join(folder, json)), flaws }
}
