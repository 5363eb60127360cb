import { test } from './measuring/core-test.ts'
import type { Figure } from './measuring/figures.ts'
import type { Contender } from './measuring/interleave.ts'
import { StartedRequest } from '../../src/load/dispatch/started-request.ts'
import { feed, type FeedMode } from '../../src/load/feed/feed.ts'
import { counter, trend } from '../../src/load/metrics/declare-metrics.ts'
import { LoadNotes, type NotesPlan } from '../../src/load/notes/load-notes.ts'
import { LoadRecorder } from '../../src/load/recording/load-recorder.ts'

const REQUESTS = 5_000
const TIMES = { responseMs: 0.2, serviceMs: 0.2, pausedMs: 0 }

const BARE = 'a request that is a plain object'
const NOTHING = 'one that could write, and declares nothing'
const CHECKING = 'one that makes a check'
const TAGGED = 'one that sets one of two tags'
const COUNTING = 'one that adds to a counter, and records a value'
const FEW = 'a shuffled row of 100'
const MANY = 'a shuffled row of a million'

// The cost of rows, checks, tags and metrics per request: with nothing declared, only the allocation of an
// object, which a plain request here lacks.
test('requests that read and write', async ({ compare }) => {
  await compare({
    contenders: [
      bare(),
      requests(NOTHING, {}, () => {}),
      requests(CHECKING, {}, ({ check }) => void check('is full', true)),
      requests(TAGGED, { tags: { page: ['short', 'long'], cache: ['hit', 'miss'] } }, ({ tag }) =>
        tag('page', 'long'),
      ),
      counting(),
      shuffled(FEW, 100),
      shuffled(MANY, 1_000_000),
    ],
    figures: [
      figure(NOTHING, BARE, 3),
      figure(CHECKING, BARE, 4),
      figure(TAGGED, BARE, 6),
      figure(COUNTING, BARE, 8),
      figure(MANY, FEW, 2),
    ],
    rounds: 100,
    warmUpRounds: 50,
  })
})

function figure(what: string, by: string, atMost: number): Figure {
  return { what: `${what}, by ${by}`, ratio: [what, by], must: { atMost } }
}

function bare(): Contender {
  const recorder = new LoadRecorder(['operation'], 0, 1e9)
  const one = (number: number): void => {
    const operation = recorder.at(1, 'operation')
    operation.due(0)
    const request = { number, intendedAtMs: 1, startedAtMs: 1, isWarmUp: false }
    operation.start(request.startedAtMs - request.intendedAtMs)
    operation.succeed(TIMES)
  }
  return { name: BARE, run: () => timed(one), calls: REQUESTS }
}

function requests(
  name: string,
  plan: NotesPlan,
  use: (request: StartedRequest) => void,
): Contender {
  return requestsOf(name, new LoadNotes(plan, 1, Infinity), use)
}

function requestsOf(
  name: string,
  notes: LoadNotes,
  use: (request: StartedRequest) => void,
): Contender {
  const recorder = new LoadRecorder(['operation'], 0, 1e9, notes)
  const one = (number: number): void => {
    const operation = recorder.at(1, 'operation')
    operation.due(0)
    const facts = { number, intendedAtMs: 1, startedAtMs: 1, isWarmUp: false }
    const request = new StartedRequest(facts, operation.notes)
    operation.start(request.startedAtMs - request.intendedAtMs)
    use(request)
    operation.succeed(TIMES)
    operation.notes.end(request.tagged, 'ok', TIMES, false)
  }
  return { name, run: () => timed(one), calls: REQUESTS }
}

function counting(): Contender {
  const metrics = { bytes: counter('bytes'), took: trend('ms') }
  const notes = new LoadNotes({ metrics }, 1, Infinity)
  const { bytes, took } = notes.metrics.measured
  return requestsOf(COUNTING, notes, () => {
    if (bytes !== undefined && 'add' in bytes) bytes.add(512)
    if (took !== undefined && 'record' in took) took.record(1.5)
  })
}

function shuffled(name: string, size: number, mode: FeedMode = 'shuffled'): Contender {
  const rows = Array.from({ length: size }, (_, k) => k)
  let sum = 0
  return requests(name, { data: feed(rows, mode) }, ({ data }) => {
    sum += Number(data)
  })
}

/** How long it takes, in ms. */
async function timed(one: (number: number) => void): Promise<number> {
  const fromMs = performance.now()
  for (let number = 0; number < REQUESTS; number++) one(number)
  return performance.now() - fromMs
}
