import type { CoefficientsFile } from './coefficients.ts'
import { formatAmount } from '../format.ts'
import { RESOURCES, TERMS, type Resource, type Term } from './terms.ts'

const COLUMNS: readonly (readonly [Resource, string])[] = [
  ['redis.bytesIn', 'Redis in, B'],
  ['redis.bytesOut', 'Redis out, B'],
  ['redis.cpuUs', 'Redis CPU, µs'],
  ['nats.messagesIn', 'NATS messages in, and out'],
  ['nats.bytesIn', 'NATS in, and out, B'],
  ['nats.cpuUs', 'NATS CPU, µs'],
  ['reader.cpuUs', 'replica CPU, µs'],
  ['gateway.cpuUs', 'gateway CPU, µs'],
  ['writer.cpuUs', 'writer CPU, µs'],
]

const MEMORY: readonly Term[] = ['identities', 'metadataBytes', 'replicated', 'replicatedBytes']

/** The costs as Markdown: one row per term and one column per resource, and a sentence on memory. */
export function coefficientsTable({ coefficients, measured }: CoefficientsFile): string {
  const costOf = (resource: Resource, term: Term): string => {
    const terms: readonly Term[] = RESOURCES[resource]
    return terms.includes(term) ? formatAmount(coefficients[resource][term] ?? 0) : ''
  }
  const rows = (Object.keys(TERMS) as Term[])
    .filter((term) => !MEMORY.includes(term))
    .map((term) => [TERMS[term], ...COLUMNS.map(([resource]) => costOf(resource, term))])
  const redis = coefficients['redis.memoryBytes']
  const replica = coefficients['reader.memoryBytes']
  return [
    line(['each of', ...COLUMNS.map(([, heading]) => heading)]),
    line(['---', ...COLUMNS.map(() => '--:')]),
    ...rows.map(line),
    '',
    `An identity takes ${formatAmount(redis['identities'] ?? 0)} bytes in Redis and ${formatAmount(replica['replicated'] ?? 0)} in a replica, ` +
      `and a byte of its metadata ${formatAmount(redis['metadataBytes'] ?? 0)} and ${formatAmount(replica['replicatedBytes'] ?? 0)}.`,
    `Measured by \`${measured.command}\` on ${measured.date}, on ${measured.cores} cores of ${measured.cpu}, with Redis ${measured.redis}, NATS ${measured.nats} and Node ${measured.node}.`,
  ].join('\n')
}

function line(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`
}
