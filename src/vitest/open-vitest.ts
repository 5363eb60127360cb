import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import {
  createVitest,
  resolveConfig,
  type Reporter,
  type TestUserConfig,
  type Vitest,
} from 'vitest/node'
import { isInstalled } from '../installed.ts'
import { LOAD_PROJECT, loadProject, type LoadProjectOptions } from './load-project.ts'
import { PathSequencer } from './path-sequencer.ts'
import { PLUGIN } from './plugin.ts'
import type { RunningSystem } from './running-system.ts'
import { REGISTRY_SYSTEM, startSystem, systemModule } from './start-system.ts'
import { COMMAND_REPORTERS } from './plugin-reporter.ts'

/** The repository, or the folder of the package. */
const PACKAGE = resolve(import.meta.dirname, '../..')

/** How a command runs scenarios. */
export interface RunnerOptions {
  /** Names of the Vitest projects to run. */
  readonly project: readonly string[]
  readonly reporter: Reporter
  /** Whether Vitest's UI shows the run. Default: false. */
  readonly ui?: boolean
}

/**
 * Opens Vitest to run scenarios: in the repository, with its own config; where the package is
 * installed, with the config of the current folder if that has the plugin, otherwise with none.
 */
export async function openVitest({
  project,
  reporter,
  ui = false,
}: RunnerOptions): Promise<Vitest> {
  COMMAND_REPORTERS.add(reporter)
  const options = {
    root: isInstalled ? process.cwd() : PACKAGE,
    watch: ui,
    ui,
    open: false,
    project: [...project],
    reporters: ui ? ['default', reporter] : [reporter],
  }
  // Node reads the repository's config as it is; bundling it would write into the project's folder.
  if (!isInstalled) return createVitest({ ...options, configLoader: 'native' })
  if (await hasPlugin(options.root)) return createVitest(options)
  return createVitest({ ...options, config: false }, { test: testOf({ dir: options.root }) })
}

/**
 * Starts the system that scenarios measure, by `BENCH_SYSTEM` or the Vitest config, without running any.
 * @throws as `startSystem`.
 */
export async function startConfiguredSystem(
  onProgress: (message: string) => void,
): Promise<RunningSystem> {
  const vitest = await openVitest({ project: [LOAD_PROJECT], reporter: {} })
  try {
    const project = vitest.projects.find(({ name }) => name === LOAD_PROJECT)
    const file = systemModule(process.env, project?.getProvidedContext().systemModule)
    return await startSystem(file, { env: process.env, onProgress })
  } finally {
    await vitest.close()
  }
}

/**
 * Opens Vitest to run a scenario of the package itself against Redis and NATS, whatever the current folder's config says.
 * @param dir the scenario's folder.
 */
export async function openForOwn(dir: string, reporter: Reporter): Promise<Vitest> {
  return createVitest(
    { root: PACKAGE, watch: false, config: false, reporters: [reporter] },
    { test: testOf({ dir, runner: 'node', system: REGISTRY_SYSTEM }) },
  )
}

function testOf(options: LoadProjectOptions): TestUserConfig {
  return { sequence: { sequencer: PathSequencer }, projects: [loadProject(options)] }
}

const CONFIGS = ['vitest', 'vite'].flatMap((name) =>
  ['js', 'mjs', 'cjs', 'ts', 'mts', 'cts'].map((extension) => `${name}.config.${extension}`),
)

async function hasPlugin(root: string): Promise<boolean> {
  if (!CONFIGS.some((name) => existsSync(join(root, name)))) return false
  const { plugins } = await resolveConfig({ root, watch: false })
  return plugins.some(({ name }) => name === PLUGIN)
}
