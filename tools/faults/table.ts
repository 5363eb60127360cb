import type { Row } from './row.ts'
import { diskAndClockRows } from './rows/disk-and-clock.ts'
import { generatorRows } from './rows/generator.ts'
import { natsRows } from './rows/nats.ts'
import { redisRows } from './rows/redis.ts'
import { subscriberRows } from './rows/subscribers.ts'

/** All rows: load × fault × moment, each with its required outcome. */
export function faultTable(): readonly Row[] {
  return [redisRows(), natsRows(), subscriberRows(), generatorRows(), diskAndClockRows()].flat()
}
