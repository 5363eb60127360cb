import type { Resource } from './terms.ts'

/** The resources measured in µs of CPU time. */
export const CPU_RESOURCES = [
  'redis.cpuUs',
  'nats.cpuUs',
  'writer.cpuUs',
  'reader.cpuUs',
  'gateway.cpuUs',
] as const satisfies readonly Resource[]

type CpuResource = (typeof CPU_RESOURCES)[number]

/** Whether a resource is CPU time. */
export function isCpu(resource: Resource): resource is CpuResource {
  return CPU_RESOURCES.some((name) => name === resource)
}

/**
 * CPU time, in µs, that a fixed set of bare requests took per kind of process. It shows a machine's speed,
 * and the influence of other work on it.
 */
export type Reference = Readonly<Record<CpuResource, number>>

/** The ratio of CPU time that the same work takes now to that then, over all processes. */
export function slowdownOf(now: Reference, then: Reference): number {
  return totalOf(now) / totalOf(then)
}

function totalOf(reference: Reference): number {
  return CPU_RESOURCES.reduce((sum, resource) => sum + reference[resource], 0)
}
