import type { Plugin } from 'vitest/config'
import { loadProject, type LoadProjectOptions } from './load-project.ts'

export type { LoadProjectOptions }

/**
 * Adds load tests to a Vitest config, as `plugins: [loadTests()]`: the project `load`, which runs
 * `*.load.ts` files one at a time and reports their results. The config's own tests and reporters stay as
 * they are; tests of a config without projects become the project `unit`.
 */
export function loadTests(options: LoadProjectOptions = {}): Plugin {
  return {
    name: 'prism-loadtest',
    config: ({ resolve = {}, test = {} }) => {
      const own =
        test.projects === undefined ? [{ extends: true as const, test: { name: 'unit' } }] : []
      // Aliases apply to scenarios, too. Set-up files and environments of unit tests don't.
      return {
        test: { projects: [...own, { ...loadProject(options), extends: false as const, resolve }] },
      }
    },
  }
}
