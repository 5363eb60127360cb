import { availableParallelism } from 'node:os'
import { resolve } from 'node:path'
import { defineConfig } from 'vitest/config'
import { loadProject, MEASURED } from './src/vitest/load-project.ts'
import { PathSequencer } from './src/vitest/path-sequencer.ts'

/** Where scenarios and micro-benchmarks are. */
const scenarios = resolve(process.env['BENCH_SCENARIOS'] || 'bench')

/** The system under test: Redis and NATS. */
const registry = resolve(import.meta.dirname, 'src/environment/registry-system.ts')

export default defineConfig({
  test: {
    sequence: { sequencer: PathSequencer },
    projects: [
      {
        test: {
          globalSetup: ['src/vitest/system-setup.ts'],
          pool: 'forks',
          provide: { progressPath: '', systemModule: registry },
          experimental: { viteModuleRunner: false },
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
          maxWorkers: Math.max(4, availableParallelism() - 1),
          // Patience costs nothing where a condition comes true; a busy machine takes longer.
          expect: { poll: { timeout: 10_000 } },
          sequence: { groupOrder: 1 },
        },
      },
      loadProject({ include: ['**/*.load.ts'], dir: scenarios, runner: 'node', system: registry }),
      // Needs docker-compose: `npm run walk-through`.
      {
        test: {
          name: 'walk-through',
          pool: 'forks',
          experimental: { viteModuleRunner: false },
          include: ['tools/docs/walk-through.ts', 'tools/docs/walk-through-cluster.ts'],
          benchmark: { include: [] },
          hookTimeout: 120_000,
        },
      },
      // Packs and installs the package: `npm run test:package`.
      {
        test: {
          name: 'package',
          pool: 'forks',
          experimental: { viteModuleRunner: false },
          include: ['tools/package/try-package.ts'],
          benchmark: { include: [] },
          testTimeout: 60_000,
          hookTimeout: 180_000,
        },
      },
      // Needs Chromium: `npm run test:browser`.
      {
        test: {
          name: 'browser',
          pool: 'forks',
          experimental: { viteModuleRunner: false },
          include: ['tools/browser/*.browse.ts'],
          benchmark: { include: [] },
          // One browser and one run are enough for all files.
          isolate: false,
          fileParallelism: false,
          // Chromium may take half a minute to start on a busy machine.
          testTimeout: 150_000,
          hookTimeout: 150_000,
          expect: { poll: { timeout: 10_000 } },
        },
      },
      {
        test: {
          ...MEASURED,
          provide: { progressPath: '', systemModule: registry },
          experimental: { viteModuleRunner: false },
          // A folder is never part of a pattern: it may have any characters.
          dir: scenarios,
          name: 'micro',
          include: [],
          benchmark: { enabled: true, include: ['**/*.bench.ts'] },
          sequence: { groupOrder: 3 },
        },
      },
    ],
  },
})
