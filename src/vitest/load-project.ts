import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { TestProjectInlineConfiguration } from 'vitest/config'
import { programBeside } from '../program-beside.ts'

/** How the project of load tests differs from the default one. */
export interface LoadProjectOptions {
  /** Patterns of scenario files. Default: `**\/*.load.*` of JavaScript and TypeScript. */
  readonly include?: readonly string[]
  /** The folder that the patterns are relative to. Default: the root of the Vitest config. */
  readonly dir?: string
  /**
   * Which module runner executes scenarios: Vite's, which resolves as your tests do (aliases, plugins,
   * CommonJS packages), or Node's, which strips types and resolves nothing else. The load engine runs
   * outside of Vite either way. Default: `vite`.
   */
  readonly runner?: 'vite' | 'node'
  /**
   * Path or URL of the module of the system under test, which is started before the scenarios; relative to
   * the working folder. See `src/environment/system.ts`. Default: nothing is started.
   */
  readonly system?: string
}

/** The project's name, for `vitest --project load` and for the reporter. */
export const LOAD_PROJECT = 'load'

/**
 * A load ends by its own plan: warm-up, duration, timeout and grace period. Vitest must not end it
 * earlier, so this is the longest delay of a timer, in ms.
 */
const UNLIMITED_MS = 2 ** 31 - 1

/** Measurements run one at a time, each in its own process, without a time limit. */
export const MEASURED = {
  pool: 'forks',
  fileParallelism: false,
  testTimeout: UNLIMITED_MS,
  hookTimeout: 120_000,
  globalSetup: [pathOf('system-setup.ts')],
  setupFiles: [pathOf('worker-lifetime.ts')],
  provide: { progressPath: '' },
} satisfies TestProjectInlineConfiguration['test']

/** The Vitest project that runs scenarios, for `test.projects` of a config. */
export function loadProject(options: LoadProjectOptions = {}): TestProjectInlineConfiguration {
  const { include = ['**/*.load.?(c|m)[jt]s?(x)'], dir, runner = 'vite', system } = options
  return {
    test: {
      ...MEASURED,
      setupFiles: [...MEASURED.setupFiles, pathOf('trace-setup.ts')],
      ...(system === undefined ? {} : { provide: { ...MEASURED.provide, systemModule: system } }),
      name: LOAD_PROJECT,
      include: [...include],
      ...(dir === undefined ? {} : { dir }),
      benchmark: { include: [] },
      // Any number but 0 keeps loads apart from the tests of other projects.
      sequence: { groupOrder: 2 },
      experimental: { viteModuleRunner: runner === 'vite' },
      // A module that Vite runs costs more per call, which would count as the system's time.
      server: { deps: { external: [ENGINE] } },
    },
  }
}

/** Every module of this package. */
const ENGINE = new RegExp(`^${escaped(resolve(import.meta.dirname, '..').replaceAll('\\', '/'))}/`)

function escaped(text: string): string {
  return text.replaceAll(/[^\w/]/g, '\\$&')
}

function pathOf(name: `${string}.ts`): string {
  return fileURLToPath(programBeside(name, import.meta.url))
}
