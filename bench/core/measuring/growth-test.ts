import { formatCount } from '../../../src/format.ts'
import type { ServerBackends } from '../../../src/environment/backends.ts'
import { benchmarkOf } from './benchmark-statistics.ts'
import { test as base } from './core-test.ts'
import {
  type GrowthCase,
  growthSizes,
  judgeGrowth,
  renderGrowth,
  renderGrowthHeading,
} from './growth.ts'
import { type GrowthWorld, openWorld, type WorldKind } from './growth-world.ts'
import { measureGrowth } from './measure-growth.ts'
import type { Judged } from './outcome.ts'

/** The worlds of a file's tests, each made on first use. */
export type Worlds = (
  servers: ServerBackends,
  kind: WorldKind,
) => (size: number) => Promise<GrowthWorld>

/**
 * The test of what costs grow with. Besides what `test` of the core's benchmarks has:
 *
 * - `sizes` are those that all costs are measured at.
 * - `worlds` makes namespaces with a given number of registrations.
 * - `measureAll` measures cases, prints a line for each as it goes, and has them judged.
 */
export const test = base
  .extend('sizes', { scope: 'file' }, () => growthSizes(process.env))
  .extend('worlds', { scope: 'file' }, ({ sizes }, { onCleanup }): Worlds => {
    const opened = new Map<string, Promise<GrowthWorld>>()
    onCleanup(async () => {
      for (const world of opened.values()) await (await world).close()
    })
    return (servers, kind) => (size) => {
      if (!sizes.includes(size)) throw new RangeError(`no world has the size ${size}`)
      const name = `${kind} ${size}`
      const world = opened.get(name) ?? openWorld(servers, kind, size)
      opened.set(name, world)
      return world
    }
  })
  .extend('measureAll', ({ annotate, bench, judge, sizes }) => {
    return async (cases: readonly GrowthCase[]): Promise<void> => {
      const benchmarks = []
      const judged: Judged[] = []
      await annotate(renderGrowthHeading(sizes))
      for (const growthCase of cases) {
        const { growth, samplesAtLargest } = await measureGrowth(growthCase, sizes)
        await annotate(renderGrowth(growthCase, sizes, growth))
        judged.push(judgeGrowth(growthCase, growth))
        const size = formatCount(growth.costs.at(-1)?.size ?? 0)
        const name = `${growthCase.what}, n = ${size}`
        benchmarks.push(bench.from(name, () => benchmarkOf(samplesAtLargest)))
      }
      await bench.compare(...benchmarks)
      await judge(judged)
    }
  })
