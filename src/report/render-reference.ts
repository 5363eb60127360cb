import type { Reference } from '../run-file/run-file.ts'

/** The result of the reference workload: `reference v1: Redis 85 µs, NATS 92 µs a round trip`. */
export function renderReference({ version, parts }: Reference): string {
  const times = parts.map(({ name, p50Ms }) => `${name} ${us(p50Ms)}`)
  return `reference v${version}: ${times.join(', ')} a round trip`
}

function us(ms: number): string {
  return `${Math.round(ms * 1_000)} µs`
}
