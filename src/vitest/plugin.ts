import type { Plugin } from 'vitest/config'
import { checkNode } from './check-node.ts'
import { loadProject, type LoadProjectOptions } from './load-project.ts'
import { COMMAND_REPORTERS, PluginReporter } from './plugin-reporter.ts'

export type { LoadProjectOptions }

/** The plugin's name. */
export const PLUGIN = 'prism-loadtest'

/**
 * Adds load tests to a Vitest config, as `plugins: [loadTests()]`: the project `load`, which runs
 * `*.load.ts` files one at a time and reports their results. The config's own tests and reporters stay as
 * they are; tests of a config without projects become the project `unit`.
 * @throws Error on a Node that is too old.
 */
export function loadTests(options: LoadProjectOptions = {}): Plugin {
  checkNode()
  return {
    name: PLUGIN,
    config: ({ resolve = {}, test = {} }) => {
      // Vitest asks Vite to run every package; scenarios leave packages to Node.
      const { external: _external, noExternal: _noExternal, ...resolution } = resolve
      const own =
        test.projects === undefined ? [{ extends: true as const, test: { name: 'unit' } }] : []
      const load = {
        ...loadProject(options),
        // Aliases apply to scenarios, too. Set-up files and environments of other tests don't.
        extends: false as const,
        resolve: resolution,
        plugins: [REPORTER],
      }
      return { test: { projects: [...own, load] } }
    },
  }
}

/** Part of the project `load`, so that only its runs have the reporter. */
const REPORTER: Plugin = {
  name: `${PLUGIN}:reporter`,
  configureVitest({ vitest }) {
    const { reporters } = vitest.config
    const isCommand = reporters.some(
      (reporter) => typeof reporter === 'object' && COMMAND_REPORTERS.has(reporter),
    )
    if (!isCommand) reporters.push(new PluginReporter())
  },
}
