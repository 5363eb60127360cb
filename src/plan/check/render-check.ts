import { left, renderTable, right } from '../../report/terminal/table.ts'
import { formatAmount, formatBytes } from '../../format.ts'
import type { Resource } from '../terms.ts'
import type { CheckedFigure } from './check.ts'

const NAMES: Readonly<Record<Resource, string>> = {
  'redis.commands': 'Redis commands',
  'redis.bytesIn': 'Redis bytes in',
  'redis.bytesOut': 'Redis bytes out',
  'redis.cpuUs': 'Redis CPU',
  'redis.memoryBytes': 'Redis memory',
  'nats.messagesIn': 'NATS messages in',
  'nats.messagesOut': 'NATS messages out',
  'nats.bytesIn': 'NATS bytes in',
  'nats.bytesOut': 'NATS bytes out',
  'nats.cpuUs': 'NATS CPU',
  'writer.cpuUs': 'writer CPU',
  'reader.cpuUs': 'replicas CPU',
  'reader.memoryBytes': 'replica memory',
  'gateway.cpuUs': 'gateways CPU',
}

const COLUMNS = [
  left('size'),
  left('figure'),
  right('predicted'),
  right('measured'),
  right('ratio'),
  right('in each round', { drop: 1 }),
  left(''),
]

/** One line per figure and size. */
export function renderCheck(figures: readonly CheckedFigure[]): string {
  return renderTable(
    COLUMNS,
    figures.map(({ size, resource, predicted, measured, ratio, range, judgement }) => [
      size,
      NAMES[resource],
      inUnit(resource, predicted),
      inUnit(resource, measured),
      ratio.toFixed(2),
      range.map((value) => value.toFixed(2)).join(' to '),
      judgement,
    ]),
  )
}

function inUnit(resource: Resource, value: number): string {
  if (resource.endsWith('cpuUs')) return `${formatAmount(value / 1_000)} ms`
  return /bytes/i.test(resource) ? formatBytes(value) : formatAmount(value)
}
