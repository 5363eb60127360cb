import type { Reference } from '../run-file/run-file.ts'

/** What the reference workload took, in a line: `reference v1: Redis 85 µs, NATS 92 µs a round trip`. */
export function renderReference({ version, redisP50Ms, natsP50Ms }: Reference): string {
  return `reference v${version}: Redis ${us(redisP50Ms)}, NATS ${us(natsP50Ms)} a round trip`
}

function us(ms: number): string {
  return `${Math.round(ms * 1_000)} µs`
}
