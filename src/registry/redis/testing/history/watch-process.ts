import { setTimeout as delay } from 'node:timers/promises'
import { filterFrom, type Filter } from '../../../filter/filter.ts'
import type { Registration } from '../../../registration.ts'
import type { RegistryStore } from '../../../store.ts'
import { Picture } from '../../../testing/picture.ts'
import { watch } from '../../../testing/open-watch.ts'
import type { WatchEvent, WatchStream } from '../../../watch/watch-event.ts'
import { connectRedisStore } from '../../redis-store.ts'
import { randomFrom } from './events.ts'
import type {
  Comparison,
  WatchedEvent,
  WatchOrder,
  WatchReport,
  WatchTask,
} from './watch-events.ts'

/** How long a watch may take to tell what has happened before the writers rested. */
const PATIENCE_MS = 30_000
const online: Filter = { status: 'online' }

process.once('message', (task: WatchTask) => {
  void run(task).then((report) => process.send?.(report, () => process.disconnect()))
})

/** One watch, what its consumer knows of it, and how many events that took. */
interface Watching {
  readonly name: string
  readonly filter: Filter
  readonly renewals: boolean
  readonly picture: Picture
  events: number
  resets: number
}

async function run(task: WatchTask): Promise<WatchReport> {
  const random = randomFrom(task.seed)
  const { url, namespace } = task
  const connect = () => connectRedisStore({ url, namespace })
  const [one, other] = [await connect(), await connect()]
  const truth = await connectRedisStore({ url, namespace, strategy: 'scan' })
  const stopping = new AbortController()
  const events: WatchedEvent[] = []

  const all = watching('all', {}, { renewals: true })
  const some = watching('online', online)
  const slow = watching('slow', {})
  const resuming = watching('resuming', {}, { isExact: false })
  const everyone = [all, some, slow, resuming]
  const open = (store: RegistryStore, { filter, renewals }: Watching, from: string | null = null) =>
    watch(store, { filter, renewals, from, signals: [stopping.signal] })

  const running = [
    consume(all, open(one, all), (event) => void events.push(watchedEventOf(event))),
    consume(some, open(one, some)),
    consume(slow, open(one, slow), () => delay(2)),
    (async () => {
      let from: string | null = null
      while (!stopping.signal.aborted) {
        const stream = open(random(2) === 0 ? one : other, resuming, from)
        const until = Date.now() + 5 + random(100)
        for await (const event of stream) {
          note(resuming, event)
          from = event.token
          if (Date.now() > until && random(10) === 0) break
        }
        await delay(random(60))
      }
    })(),
  ]
  if (task.stallMs > 0) running.push(stall(task.stallMs, stopping.signal))

  process.on('message', (order: WatchOrder) => {
    if (order === 'stop') stopping.abort()
    else void compare(truth, everyone).then((comparison) => process.send?.(comparison))
  })
  await Promise.all(running)
  await Promise.all([one, other, truth].map((store) => store.close()))
  const counts = everyone.map(({ name, events: told, resets }) => ({ name, events: told, resets }))
  return { kind: 'report', events, counts }
}

function watching(
  name: string,
  filter: Filter,
  { renewals = false, isExact = true }: { renewals?: boolean; isExact?: boolean } = {},
): Watching {
  return { name, filter, renewals, picture: new Picture({ isExact }), events: 0, resets: 0 }
}

async function consume(
  each: Watching,
  stream: WatchStream,
  then: (event: WatchEvent) => unknown = () => {},
): Promise<void> {
  for await (const event of stream) {
    note(each, event)
    await then(event)
  }
}

function note(each: Watching, event: WatchEvent): void {
  each.picture.apply(event)
  each.events += 1
  if (event.type === 'reset') each.resets += 1
}

/** Blocks this process occasionally until its reader falls behind the log's cap. */
async function stall(stallMs: number, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await delay(400)
    const until = Date.now() + stallMs
    while (Date.now() < until);
  }
}

/** Whether each picture becomes what an enumerate of another store shows, while nothing is written. */
async function compare(truth: RegistryStore, everyone: readonly Watching[]): Promise<Comparison> {
  const faults: string[] = []
  for (const { name, filter, renewals, picture } of everyone) {
    const shown = textOf(await truth.select(filterFrom(filter)), renewals)
    const until = Date.now() + PATIENCE_MS
    while (textOf(picture.registrations, renewals) !== shown && Date.now() < until) await delay(20)
    const known = textOf(picture.registrations, renewals)
    if (known !== shown) faults.push(`${name} knows ${known} instead of ${shown}`)
    faults.push(...picture.faults.map((fault) => `${name} was told: ${fault}`))
  }
  return { kind: 'comparison', faults }
}

function textOf(registrations: readonly Registration[], renewals: boolean): string {
  return registrations
    .map(({ identity, metadata, registeredAt, expiresAt }) => {
      const expiry = renewals ? ` until ${expiresAt}` : ''
      return `${identity} ${JSON.stringify(metadata)} ${registeredAt}${expiry}`
    })
    .join('\n')
}

function watchedEventOf(event: WatchEvent): WatchedEvent {
  const [, , position]: unknown[] = JSON.parse(Buffer.from(event.token, 'base64url').toString())
  const [resumesAfter = ''] = String(position).split(' ')
  if (event.type !== 'joined' && event.type !== 'changed') return { resumesAfter, shown: null }
  const { identity, metadata, registeredAt, expiresAt } = event.registration
  const shown = { identity, metadata: JSON.stringify(metadata), registeredAt, expiresAt }
  return { resumesAfter, shown }
}
