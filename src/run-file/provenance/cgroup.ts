import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** The limits that control groups set for this process; `null` where unlimited. */
export interface CgroupLimits {
  /** CPU time per wall time, e.g. 1.5 cores. */
  readonly cpuCores: number | null
  readonly memoryBytes: number | null
}

/**
 * Reads the limits of Linux control groups, versions 1 and 2: the tightest of the process's group and its parents.
 * Unlimited on other systems, or if nothing can be read.
 * Formats: kernel documentation, `admin-guide/cgroup-v2.rst` and `admin-guide/cgroup-v1`.
 *
 * @param membership the file that lists the groups of the process
 * @param mount where the groups are mounted
 */
export function readCgroupLimits(
  membership = '/proc/self/cgroup',
  mount = '/sys/fs/cgroup',
): CgroupLimits {
  const cpu: number[] = []
  const memory: number[] = []
  for (const line of read(membership)?.split('\n') ?? []) {
    const [, controllers, group] = /^\d+:([^:]*):(.*)$/.exec(line) ?? []
    if (controllers === undefined || group === undefined) continue
    const names = controllers.split(',')
    for (const path of withAncestors(group)) {
      if (controllers === '') {
        cpu.push(cpuV2(join(mount, path)))
        memory.push(number(read(join(mount, path, 'memory.max'))))
      }
      if (names.includes('cpu')) cpu.push(cpuV1(join(mount, 'cpu', path)))
      if (names.includes('memory')) {
        memory.push(number(read(join(mount, 'memory', path, 'memory.limit_in_bytes'))))
      }
    }
  }
  // Version 1 writes "no limit" as the largest multiple of the page size.
  return { cpuCores: tightest(cpu, 2 ** 20), memoryBytes: tightest(memory, 2 ** 62) }
}

/** `cpu.max` holds `<quota> <period>` in µs, or `max <period>`. */
function cpuV2(folder: string): number {
  const [quota, period] = read(join(folder, 'cpu.max'))?.trim().split(' ') ?? []
  return number(quota) / number(period)
}

/** A quota of -1 is no limit. */
function cpuV1(folder: string): number {
  const quota = number(read(join(folder, 'cpu.cfs_quota_us')))
  return quota / number(read(join(folder, 'cpu.cfs_period_us')))
}

/** NaN if missing or not a number. */
function number(text: string | undefined): number {
  return text === undefined ? Number.NaN : Number.parseInt(text, 10)
}

function tightest(limits: readonly number[], unlimited: number): number | null {
  const real = limits.filter((limit) => limit > 0 && limit < unlimited)
  return real.length === 0 ? null : Math.min(...real)
}

/** `/a/b` is limited by `/a/b`, `/a` and `/`. A container may see only `/`. */
function withAncestors(group: string): readonly string[] {
  const names = group.split('/').filter((name) => name !== '')
  return names.map((_, i) => `/${names.slice(0, i + 1).join('/')}`).concat('/')
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}
