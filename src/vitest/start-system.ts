import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { findPackageJSON } from 'node:module'
import { resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import * as z from 'zod'
import { EnvironmentError } from '../environment/environment-error.ts'
import type { Reference } from '../environment/reference/reference.ts'
import type { StartedSystem, System, SystemContext } from '../environment/system.ts'
import { programBeside } from '../program-beside.ts'
import { SIGNAL_CODES, SIGNALS, type SignalCode, type SignalName } from '../process/signals.ts'
import { describeSystem } from '../run-file/provenance/describe-system.ts'
import type { MeasuredSystem } from '../run-file/run-file.ts'
import { referenceSchema, systemSchema } from '../run-file/schema/system-schema.ts'
import type { RunningSystem } from './running-system.ts'

/** The module of Redis and NATS, which this repository's own scenarios measure. */
export const REGISTRY_SYSTEM = programBeside(
  '../environment/registry-system.ts',
  import.meta.url,
).href

/** A signal ended the run before the system had started. */
export class StartInterrupted extends Error {
  override readonly name = 'StartInterrupted'
  readonly exitCode: SignalCode

  constructor(signal: SignalName) {
    super(`${signal}: ended before the system had started`)
    this.exitCode = SIGNAL_CODES[signal]
  }
}

/** A start that takes longer than this, in ms, is announced. */
const SLOW_MS = 3_000

/** The value of `BENCH_SYSTEM` that overrides the configuration and starts nothing. */
const NONE = 'none'

/** The module of the run's system, from `BENCH_SYSTEM` or else the configuration; `undefined` without one. */
export function systemModule(
  env: Readonly<Record<string, string | undefined>>,
  configured: string | undefined,
): string | undefined {
  const file = env['BENCH_SYSTEM'] || configured
  return file === NONE ? undefined : file
}

/** Without a system, scenarios connect to theirs themselves. */
const UNDECLARED: RunningSystem = {
  system: { kind: 'undeclared' },
  clients: [],
  provide: {},
  measureReference: null,
  stop: async () => {},
}

/**
 * Imports the module of a system, and starts the system.
 * @param file path or URL of the module, relative to the working folder; `undefined` starts nothing.
 * @throws EnvironmentError if the module exports no system, or the system is unavailable or described wrongly.
 * @throws StartInterrupted after a signal, with everything stopped again.
 * @throws anything that the module or its `start` throws.
 */
export async function startSystem(
  file: string | undefined,
  { env, onProgress }: Pick<SystemContext, 'env' | 'onProgress'>,
): Promise<RunningSystem> {
  if (file === undefined) return UNDECLARED
  const { start } = await importSystem(file)
  const interruption = new AbortController()
  const interrupt = (signal: SignalName): void => {
    interruption.abort(new StartInterrupted(signal))
  }
  for (const signal of SIGNALS) process.on(signal, interrupt)
  const timer = setTimeout(onProgress, SLOW_MS, `Waiting for the system of ${file} to start…`)
  try {
    const started = await start({ env, onProgress, signal: interruption.signal })
    const stop = async (): Promise<void> => {
      // Checked below; a system with an invalid description is stopped, too.
      if (typeof started?.stop === 'function') await started.stop()
    }
    try {
      interruption.signal.throwIfAborted()
      const system = describeSystem(checked(started, file))
      const { clients = [], provide = {}, measureReference } = started
      return {
        system,
        clients,
        provide,
        measureReference:
          measureReference === undefined
            ? null
            : async () => checkedReference(await measureReference.call(started)),
        stop,
      }
    } catch (error) {
      await stop()
      throw error
    }
  } catch (error) {
    interruption.signal.throwIfAborted()
    throw error
  } finally {
    clearTimeout(timer)
    for (const signal of SIGNALS) process.off(signal, interrupt)
  }
}

async function importSystem(file: string): Promise<System> {
  const path = file.startsWith('file:') ? fileURLToPath(file) : resolve(file)
  if (!existsSync(path)) throw new EnvironmentError(`${file}: no such file.`)
  if (isCommonJs(path)) {
    throw new EnvironmentError(
      `${file}: package.json declares its modules to be CommonJS. Set "type": "module" there, or let the name end with .mts or .mjs.`,
    )
  }
  const module: { readonly default?: Partial<System> } = await import(
    pathToFileURL(path).href
  ).catch((error: unknown) => {
    const mistake = error instanceof SyntaxError ? mistakeIn(path) : unresolvedImport(error)
    throw mistake === '' ? error : new EnvironmentError(mistake)
  })
  const { start } = module.default ?? {}
  if (typeof start === 'function') return { start }
  throw new EnvironmentError(
    `${file}: its default export is not a system. Write: export default defineSystem({ start: async () => … }).`,
  )
}

/**
 * The place, source and message of a syntax error; empty if the module itself has none. An import's error
 * lacks the place.
 */
function mistakeIn(path: string): string {
  const { stderr } = spawnSync(process.execPath, ['--check', path], { encoding: 'utf8' })
  const [mistake = ''] = stderr.split('\n    at ')
  return mistake.replaceAll(/\n{2,}/g, '\n')
}

/** Which import could not be resolved, and in which file; empty for any other error. */
function unresolvedImport(error: unknown): string {
  if (!(error instanceof Error && 'code' in error)) return ''
  const { code, message } = error
  return code === 'ERR_MODULE_NOT_FOUND' || code === 'ERR_PACKAGE_PATH_NOT_EXPORTED' ? message : ''
}

/** CommonJS is the default of `npm init`, unless a file's extension says otherwise. */
function isCommonJs(path: string): boolean {
  const manifest = /\.[cm][jt]s$/.test(path) ? undefined : findPackageJSON(pathToFileURL(path))
  if (manifest === undefined) return false
  const { type }: { readonly type?: unknown } = JSON.parse(readFileSync(manifest, 'utf8'))
  return type === 'commonjs'
}

const functionSchema = z.custom<unknown>((value) => typeof value === 'function', {
  error: 'Invalid input: expected function',
})

/** The fields that run files don't hold. */
const startedSchema = z.looseObject({
  kind: z.enum(['external', 'containers', 'programs', 'memory']),
  provide: z
    .record(
      z.string(),
      z.custom<unknown>(isCloneable, { error: 'Invalid input: expected plain data' }),
    )
    .optional(),
  clients: z.array(z.string()).optional(),
  measureReference: functionSchema.optional(),
  stop: functionSchema.optional(),
})

/** Whether the processes of tests can receive a value. */
function isCloneable(value: unknown): boolean {
  try {
    structuredClone(value)
    return true
  } catch {
    return false
  }
}

/** @throws EnvironmentError naming the field that is wrong. */
function checked(started: StartedSystem, file: string): MeasuredSystem {
  const described = startedSchema.transform(() => storedFields(started)).pipe(systemSchema)
  const result = described.safeParse(started)
  if (!result.success) {
    const flaws = z.prettifyError(result.error)
    throw new EnvironmentError(`${file}: start() describes the system wrongly:\n${flaws}`)
  }
  const names = 'servers' in result.data ? result.data.servers.map(({ name }) => name) : []
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (twice === undefined) return result.data
  throw new EnvironmentError(
    `${file}: start() names two servers "${twice}". Give each its own name.`,
  )
}

function storedFields(started: StartedSystem): unknown {
  const { kind } = started
  return kind === 'memory'
    ? { kind, notice: started.notice }
    : { kind, servers: started.servers, configurationHash: started.configurationHash }
}

/** @throws Error naming the field that is wrong. */
function checkedReference(reference: Reference): Reference {
  const result = referenceSchema.safeParse(reference)
  if (!result.success) throw new Error(z.prettifyError(result.error))
  return result.data
}
