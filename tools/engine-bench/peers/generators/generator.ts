import type { JudgedLoad } from '../judge/judged-load.ts'
import type { ResponseTimes } from '../judge/truth.ts'

/** A load generator that the judge can be set on: its command line, and how its report is read. */
export interface Generator {
  readonly name: string
  /** What its program may be called, the likeliest first. */
  readonly programs: readonly string[]
  /** How to install it, as a command. */
  readonly install: string
  /** The arguments that make it print its version. */
  readonly versionArgs: readonly string[]
  /** Finds the version in what that prints; `null` if another program has the same name. */
  readonly readVersion: (printed: string) => string | null
  /** Where its Go module is; `null` for programs that aren't in Go. Their versions may only be in the program file. */
  readonly goModule: string | null
  /** For how long it calibrates itself before it counts, in ms. */
  readonly calibrationMs: number
  /** Requests due before are not in its report, in ms from the first. */
  readonly reportsFromMs: (load: JudgedLoad) => number
  readonly command: (task: GeneratorTask) => GeneratorCommand
  /** @throws Error if the report is not as expected. */
  readonly readReport: (run: FinishedRun) => Promise<GeneratorReport>
}

/** A load to send. */
export interface GeneratorTask {
  /** Its length is in whole seconds, since some generators take no others. */
  readonly load: JudgedLoad
  readonly url: string
  /** Empty at first, for whatever the generator reads and writes. */
  readonly folder: string
}

export interface GeneratorCommand {
  readonly args: readonly string[]
  /** To be written to the task's folder first, by name. */
  readonly files?: Readonly<Record<string, string>>
  readonly env?: Readonly<Record<string, string>>
}

export interface FinishedRun {
  readonly program: string
  readonly folder: string
  /** What it printed on standard output. */
  readonly printed: string
}

export interface GeneratorReport {
  readonly times: ResponseTimes
  /** What the generator chose by itself; `null` if nothing. */
  readonly choice: string | null
}

/** A generator whose program is there. */
export interface FoundGenerator {
  readonly generator: Generator
  readonly program: string
  /** `null` if it doesn't tell. */
  readonly version: string | null
}

/** The most that a connection is asked for, in requests per second. */
const PER_CONNECTION = 500

/**
 * Connections for generators that have a fixed number of them, and wait where all are in use: as few as
 * keep up. Each connection has a schedule of its own, so more of them send at the same moment, and the
 * generator is less punctual.
 */
export function fixedConnections({ ratePerSecond }: JudgedLoad): number {
  return Math.max(Math.ceil(ratePerSecond / PER_CONNECTION), 2)
}

/** Connections for generators that can be given as many as are in use in the stall, and some more. */
export function connectionsFor({ ratePerSecond, stallMs }: JudgedLoad): number {
  return Math.ceil((ratePerSecond * stallMs * 1.1) / 1_000) + 100
}
