import { test } from './measuring/core-test.ts'
import type { Figure } from './measuring/figures.ts'
import type { Contender } from './measuring/interleave.ts'
import { LoadRecorder } from '../../src/load/recording/load-recorder.ts'
import { SloWindows } from '../../src/load/slo/slo-windows.ts'
import { readSlo, type OperationSlo } from '../../src/load/slo/slo.ts'

/** Requests of one second of one operation. */
const REQUESTS = 100
const SECOND_MS = 1_000
const LOAD_MS = 1e9

const SECOND = 'ends a second'
const WINDOW = 'ends a window of two bounds per operation'
const JUDGING = 'judging a window, per operation'
const SUMMING_UP = 'summing up one operation'
const PROGRESS = 'asking how it goes'
const WALK = 'walking 22,528 counts'

// The cost of recording at the end of a second, which delays the next requests.
for (const count of [1, 10, 20]) {
  const operations = Array.from({ length: count }, (_, k) => `operation ${k}`)
  test(`recording: ${count} operations`, async ({ compare }) => {
    await compare({
      contenders: [
        endingSecond(operations),
        endingWindow(operations),
        judging(operations),
        summingUp(operations),
        asking(operations),
        walking(),
      ],
      figures: [
        figure(SECOND, 0.05),
        figure(WINDOW, 0.05),
        figure(JUDGING, 0.25),
        figure(SUMMING_UP, 0.25),
        figure(PROGRESS, 0.05),
      ],
      rounds: 200,
      warmUpRounds: 100,
    })
  })
}

function figure(what: string, atMost: number): Figure {
  return { what: `${what}, by ${WALK}`, ratio: [what, WALK], must: { atMost } }
}

function endingSecond(operations: readonly string[]): Contender {
  const load = new RecordedLoad(operations)
  return { name: SECOND, before: async () => load.second(), run: () => timed(() => load.end()) }
}

function summingUp(operations: readonly string[]): Contender {
  const load = new RecordedLoad(operations)
  const before = async (): Promise<void> => {
    load.second()
    load.end()
  }
  return {
    name: SUMMING_UP,
    before,
    run: () => timed(() => load.sumUp()),
    calls: operations.length,
  }
}

function asking(operations: readonly string[]): Contender {
  const load = new RecordedLoad(operations)
  const before = async (): Promise<void> => {
    load.second()
    load.end()
    load.sumUp()
  }
  return { name: PROGRESS, before, run: () => timed(() => load.ask()) }
}

function endingWindow(operations: readonly string[]): Contender {
  const load = new WindowedLoad(operations)
  const before = async (): Promise<void> => {
    load.judge()
    load.window()
  }
  return { name: WINDOW, before, run: () => timed(() => load.end()) }
}

function judging(operations: readonly string[]): Contender {
  const load = new WindowedLoad(operations)
  const before = async (): Promise<void> => {
    load.window()
    load.end()
  }
  return { name: JUDGING, before, run: () => timed(() => load.judge()), calls: operations.length }
}

/** One pass over the buckets of a histogram: a fixed piece of work to compare with. */
function walking(): Contender {
  const counts = new Uint32Array(22_528)
  let sum = 0
  const walk = (): void => {
    for (const count of counts) sum += count
  }
  return { name: WALK, run: () => timed(walk) }
}

/** A load recorded per second. */
class RecordedLoad {
  readonly #operations: readonly string[]
  readonly #recorder: LoadRecorder
  #second = 0

  constructor(operations: readonly string[]) {
    this.#operations = operations
    this.#recorder = new LoadRecorder(operations, 0, LOAD_MS)
  }

  /** Sums up the previous second and records the next one. */
  second(): void {
    this.sumUp()
    for (const { now, operation, times } of requestsOf(this.#operations, this.#second)) {
      const recorder = this.#recorder.at(now, operation)
      recorder.start(0)
      recorder.succeed(times)
    }
    this.#second++
  }

  /** A request comes after the end of the second. */
  end(): void {
    this.#recorder.at(this.#second * SECOND_MS, this.#operations[0] ?? '')
  }

  sumUp(): void {
    for (const _ of this.#operations) this.#recorder.sumUpNext(this.#second * SECOND_MS, true)
  }

  ask(): void {
    this.#recorder.progress(this.#second * SECOND_MS, 0, false)
  }
}

/** A load with bounds on every window of one second. */
class WindowedLoad {
  readonly #operations: readonly string[]
  readonly #windows: SloWindows
  #second = 0

  constructor(operations: readonly string[]) {
    const slo: OperationSlo = { response: { p95: '10ms', p99: '20ms' } }
    const bounds = readSlo({
      every: '1s',
      operations: Object.fromEntries(operations.map((name) => [name, slo])),
    })
    this.#operations = operations
    this.#windows = new SloWindows(bounds, { operations, measureStartMs: 0, durationMs: LOAD_MS })
  }

  /** The requests of the next window. */
  window(): void {
    for (const request of requestsOf(this.#operations, this.#second)) {
      this.#windows.due(request, request.now, 'started')
      this.#windows.end(request, request.now, 'ok', request.times, false)
    }
    this.#second++
  }

  /** A request comes after its end. */
  end(): void {
    const now = this.#second * SECOND_MS
    const [operation = ''] = this.#operations
    this.#windows.due({ operation, intendedAtMs: now }, now, 'dropped')
  }

  judge(): void {
    this.#windows.judgeComplete(this.#second * SECOND_MS, true)
  }
}

/** Of 0.2 to 0.7 ms each, and one in a hundred of 20 ms. */
function* requestsOf(operations: readonly string[], second: number) {
  for (let k = 0; k < REQUESTS; k++) {
    const intendedAtMs = second * SECOND_MS + k
    const responseMs = k === REQUESTS - 1 ? 20 : 0.2 + (k % 50) / 100
    const times = { responseMs, serviceMs: responseMs, pausedMs: 0 }
    for (const operation of operations) yield { operation, intendedAtMs, now: intendedAtMs, times }
  }
}

/** How long it takes, in ms. */
async function timed(run: () => void): Promise<number> {
  const fromMs = performance.now()
  run()
  return performance.now() - fromMs
}
