import { availableParallelism } from 'node:os'
import { resolve } from 'node:path'
import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config'
import { PathSequencer } from './src/vitest/path-sequencer.ts'

/** Where scenarios and micro-benchmarks are. */
const scenarios = resolve(process.env['BENCH_SCENARIOS'] || 'bench')

/** Every project runs its TypeScript as Node does, in a process of its own, against one set of servers. */
const shared: TestProjectInlineConfiguration['test'] = {
  globalSetup: ['src/vitest/system-setup.ts'],
  pool: 'forks',
  provide: { progressPath: '', systemModule: resolve('src/environment/registry-system.ts') },
  experimental: { viteModuleRunner: false },
}

/**
 * A load ends by its own plan, whatever the duration asked for: after warm-up, duration, timeout and
 * grace period. Nothing here may cut it, so this is the longest that a timer holds, in ms.
 */
const UNLIMITED_MS = 2 ** 31 - 1

/** What is measured runs alone and to its own end. */
const measured: TestProjectInlineConfiguration['test'] = {
  ...shared,
  setupFiles: ['src/vitest/worker-lifetime.ts'],
  fileParallelism: false,
  // A folder is never part of a pattern: it may have any characters.
  dir: scenarios,
  testTimeout: UNLIMITED_MS,
  hookTimeout: 120_000,
}

export default defineConfig({
  test: {
    sequence: { sequencer: PathSequencer },
    projects: [
      {
        test: {
          ...shared,
          name: 'unit',
          include: [
            'src/**/*.test.ts',
            'bench/**/*.test.ts',
            'deploy/**/*.test.ts',
            'docs/**/*.test.ts',
            'tools/**/*.test.ts',
          ],
          setupFiles: ['src/vitest/property-seed.ts'],
          benchmark: { include: [] },
          testTimeout: 60_000,
          // Most of what they take is waiting; on two cores, Vitest would run one file at a time.
          maxWorkers: Math.max(3, availableParallelism() - 1),
          // Patience costs nothing where a condition comes true; a busy machine takes longer.
          expect: { poll: { timeout: 10_000 } },
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          ...measured,
          name: 'load',
          include: ['**/*.load.ts'],
          benchmark: { include: [] },
          sequence: { groupOrder: 2 },
        },
      },
      {
        test: {
          ...measured,
          name: 'micro',
          include: [],
          benchmark: { enabled: true, include: ['**/*.bench.ts'] },
          sequence: { groupOrder: 3 },
        },
      },
    ],
  },
})
