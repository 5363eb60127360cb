import type { Resource } from './terms.ts'

/** The resources that are CPU time, in µs. */
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
 * CPU time, in µs, that the same bare requests took of each kind of process: how quick a machine is, and
 * how much other work hinders it.
 */
export type Reference = Readonly<Record<CpuResource, number>>

/** How much more CPU time the same work takes now than it did then, of all processes together. */
export function slowdownOf(now: Reference, then: Reference): number {
  return totalOf(now) / totalOf(then)
}

function totalOf(reference: Reference): number {
  return CPU_RESOURCES.reduce((sum, resource) => sum + reference[resource], 0)
}
