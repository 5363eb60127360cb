import { Option } from 'commander'
import { InputError } from '../input-error.ts'
import { docsPage, isInstalled } from '../installed.ts'
import { MAX_DURATION_MS, parseDurationMs } from '../load/duration.ts'
import { parseRatio } from '../load/ratio.ts'
import { printable } from '../printable.ts'

/**
 * Reads the value of an option.
 * @param name names the option in the error, such as `--duration`.
 * @throws InputError if the value is not valid.
 */
export type Parse<T> = (text: string, name: string) => T

/**
 * An option whose value is read as soon as it is found.
 * @param byDefault is read and shown as if it had been typed.
 */
export function option<T>(
  flags: string,
  description: string,
  parse: Parse<T>,
  byDefault?: string,
): Option {
  const made = new Option(flags, description)
  const name = made.long ?? flags
  made.argParser((text) => parse(text, name))
  return byDefault === undefined ? made : made.default(parse(byDefault, name), byDefault)
}

/** An option of the registry's own scenarios, which the help shows in this repository only. */
export function registryOption(made: Option): Option {
  return made.hideHelp(isInstalled)
}

/** `--backend` of commands that run scenarios. */
export function backendOption(): Option {
  const kinds =
    'containers, programs, cluster, memory or external; by default the first available, but no cluster'
  return registryOption(new Option('--backend <kind>', kinds))
}

/** `--system` of commands that run scenarios. */
export function systemOption(): Option {
  return new Option(
    '--system <file>',
    `module of the system under test, which starts and stops its servers, or none; see ${docsPage('any-system.md')}`,
  )
}

/** `--live` of commands that make a load; see `openListeners`. */
export function liveOption(): Option {
  return new Option(
    '--live [port]',
    'serve live charts to browsers on this machine; on a free port by default',
  )
}

/** `--stream` of commands that make a load; see `openListeners`. */
export function streamOption(): Option {
  return new Option(
    '--stream <file>',
    "write the run's events as they happen, one JSON object per line; - for standard output",
  )
}

/** `--otlp` of commands that make a load; see `openRunTelemetry`. */
export function otlpOption(): Option {
  return new Option(
    '--otlp <url>',
    "send the run's metrics to an OpenTelemetry collector while it runs, such as http://localhost:4318",
  )
}

/** `--prometheus` of commands that make a load; see `openRunTelemetry`. */
export function prometheusOption(): Option {
  return new Option(
    '--prometheus <[host:]port>',
    "serve the run's metrics at /metrics while it runs; to this machine unless a host is named",
  )
}

/** `--traces` and which of them are kept; see `traceSettings`. */
export function traceOptions(): readonly Option[] {
  return [
    new Option(
      '--traces',
      'trace requests, and keep the traces of those that fail, are slow, or are chosen, beside the run file',
    ),
    new Option(
      '--trace-above <time>',
      "slow is a response time above this, such as 20ms; by default the operation's bound on P99. The ten slowest of each operation are always kept",
    ),
    new Option(
      '--trace-ratio <ratio>',
      'the ratio of other requests whose traces are kept; 1% by default',
    ),
  ]
}

/** The flags of `traceOptions` as typed. */
export interface TraceFlags {
  readonly traces?: true
  readonly traceAbove?: string
  readonly traceRatio?: string
}

/** The variables by which the processes of a load learn of trace flags, and the flags' names. */
export const TRACE_VARIABLES = {
  BENCH_TRACES: '--traces',
  BENCH_TRACE_ABOVE: '--trace-above',
  BENCH_TRACE_RATIO: '--trace-ratio',
} as const

/** The largest random seed. */
export const MAX_SEED = 2 ** 32 - 1

/** A whole number from `min` to `max`. */
export function wholeNumber(min: number, max: number, unit = ''): Parse<number> {
  return (text, name) => {
    const value = plainNumber(text)
    if (Number.isInteger(value) && value >= min && value <= max) return value
    const what = `a whole number${unit === '' ? '' : ` of ${unit}`} from ${min} to ${max}`
    throw new InputError(`${name}: "${printable(text)}" must be ${what}.`)
  }
}

/** A number written in digits, perhaps with a fraction; `NaN` for any other text. */
export function plainNumber(text: string): number {
  return /^\d+(\.\d+)?$/.test(text.trim()) ? Number(text) : Number.NaN
}

/** A duration above 0, in ms. */
export function positiveMs(maxMs = MAX_DURATION_MS): Parse<number> {
  return (text, name) => {
    const ms = parseDurationMs(text, name, maxMs)
    if (ms > 0) return ms
    throw new InputError(`${name}: "${printable(text)}" must be above 0, such as 10s.`)
  }
}

/** A duration of at least 1 s, in ms. */
export const atLeastOneSecondMs: Parse<number> = (text, name) => {
  const ms = parseDurationMs(text, name)
  if (ms >= 1_000) return ms
  throw new InputError(`${name}: "${printable(text)}" must be at least 1s.`)
}

/** A ratio above 0 and at most 1, written as `5%` or `0.05`. */
export const ratio: Parse<number> = (text, name) => {
  const value = parseRatio(text)
  if (value > 0 && value <= 1) return value
  throw new InputError(
    `${name}: "${printable(text)}" must be above 0% and at most 100%, such as 5% or 0.05.`,
  )
}

/** Names separated by commas, each one of `known`. */
export function namesOf<T extends string>(known: readonly T[]): Parse<readonly T[]> {
  return (text, name) =>
    text.split(',').map((part) => {
      const found = known.find((one) => one === part.trim())
      if (found !== undefined) return found
      throw new InputError(`${name}: "${printable(part)}" is not one of ${known.join(', ')}.`)
    })
}

/** Collects the values of an option that may be given several times. */
export function gather(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value]
}
