import type { JudgedLoad } from '../judge/judged-load.ts'
import type { ResponseTimes } from '../judge/truth.ts'

/** A load generator that can be judged: its command line, and how to read its report. */
export interface Generator {
  readonly name: string
  /** Possible names of its program, the likeliest first. */
  readonly programs: readonly string[]
  /** How to install it, as a command. */
  readonly install: string
  /** The arguments that make it print its version. */
  readonly versionArgs: readonly string[]
  /** Finds the version in that output; `null` if another program has the same name. */
  readonly readVersion: (printed: string) => string | null
  /** Its Go module; `null` for programs in other languages. A Go program's version may only be in its file. */
  readonly goModule: string | null
  /** How long it calibrates itself before it counts, in ms. */
  readonly calibrationMs: number
  /** Its report omits requests due before this, in ms from the first. */
  readonly reportsFromMs: (load: JudgedLoad) => number
  readonly command: (task: GeneratorTask) => GeneratorCommand
  /** @throws Error if the report is not as expected. */
  readonly readReport: (run: FinishedRun) => Promise<GeneratorReport>
}

/** A load to send. */
export interface GeneratorTask {
  /** A whole number of seconds, because some generators accept nothing else. */
  readonly load: JudgedLoad
  readonly url: string
  /** A folder for the generator's files, initially empty. */
  readonly folder: string
}

export interface GeneratorCommand {
  readonly args: readonly string[]
  /** Files to write to the task's folder first, by name. */
  readonly files?: Readonly<Record<string, string>>
  readonly env?: Readonly<Record<string, string>>
}

export interface FinishedRun {
  readonly program: string
  readonly folder: string
  /** Its standard output. */
  readonly printed: string
}

export interface GeneratorReport {
  readonly times: ResponseTimes
  /** Settings that the generator chose itself; `null` if none. */
  readonly choice: string | null
}

/** An installed generator. */
export interface FoundGenerator {
  readonly generator: Generator
  readonly program: string
  /** `null` if it doesn't report one. */
  readonly version: string | null
}

/** The maximum rate per connection, in requests per second. */
const PER_CONNECTION = 500

/**
 * Connections for generators that have a fixed number of them and wait while all are in use: as few as
 * keep up. Each connection has its own schedule, so with more of them, more requests coincide and the
 * generator is less punctual.
 */
export function fixedConnections({ ratePerSecond }: JudgedLoad): number {
  return Math.max(Math.ceil(ratePerSecond / PER_CONNECTION), 2)
}

/** Connections for generators that can have as many as the stall needs, with some to spare. */
export function connectionsFor({ ratePerSecond, stallMs }: JudgedLoad): number {
  return Math.ceil((ratePerSecond * stallMs * 1.1) / 1_000) + 100
}
