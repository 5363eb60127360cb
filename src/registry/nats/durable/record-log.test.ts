import { beforeEach, expect, onTestFinished, test } from 'vitest'
import { missingPrograms } from '../../../environment/programs.ts'
import { Warnings } from '../../warnings.ts'
import { ConnectionPool } from '../connections.ts'
import { Requests } from '../requests.ts'
import { DurableStreams } from './durable-streams.ts'
import { type Place, RecordLog } from './record-log.ts'
import { startServer, SUBJECTS } from '../testing/durable-nats.ts'

const missing = missingPrograms()
beforeEach(({ skip }) => skip(missing !== undefined, missing))

async function openLog() {
  const { url } = await startServer()
  const pool = await ConnectionPool.open({
    servers: [url],
    connections: 1,
    connectTimeoutMs: 5_000,
    inboxPrefix: '_INBOX.test',
  })
  onTestFinished(() => pool.close())
  const connection = pool.pick()
  if (connection === undefined) throw pool.unavailable()
  const durability = { gatewayName: null, retentionMs: null, replicas: null }
  const streams = await DurableStreams.open(
    connection,
    SUBJECTS,
    durability,
    new Warnings(() => {}),
  )
  const log = new RecordLog(new Requests(connection), streams, 'orders')
  const subject = log.subjectOf('a')
  const readAfter = async (last: Place | null) => {
    const texts: string[] = []
    const place = await log.readAfter(last, subject, (entry) =>
      texts.push(Buffer.from(entry).toString()),
    )
    return { texts, place }
  }
  return { log, subject, streams, readAfter }
}

test('a record is read from the last read entry on', async () => {
  const { log, subject, readAfter } = await openLog()
  await log.append(subject, ['one', 'two'])
  await log.append(log.subjectOf('b'), ['of another record'])
  const first = await readAfter(null)
  expect(first.texts).toEqual(['one', 'two'])
  await log.append(subject, ['three'])
  const second = await readAfter(first.place)
  expect(second.texts).toEqual(['three'])
  expect((await readAfter(second.place)).texts).toEqual([])
})

test('a record in a recreated stream is read from its start', async () => {
  const { log, subject, streams, readAfter } = await openLog()
  await log.append(subject, ['one', 'two', 'three'])
  const { place } = await readAfter(null)
  await streams.admin.streams.delete(SUBJECTS.progressStream)
  await streams.restore()
  await log.append(subject, ['new one', 'new two', 'new three'])
  expect((await readAfter(place)).texts).toEqual(['new one', 'new two', 'new three'])
})
