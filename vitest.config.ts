import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['src/**/*.test.ts', 'bench/**/*.test.ts'],
          benchmark: { include: [] },
          globalSetup: ['src/vitest/backends-setup.ts'],
          pool: 'forks',
          testTimeout: 30_000,
          sequence: { groupOrder: 1 },
          experimental: { viteModuleRunner: false },
        },
      },
    ],
  },
})
