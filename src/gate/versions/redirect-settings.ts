/**
 * What the processes of an arm are told of the redirection, in the environment, which they hand on
 * to their own children. Read by `redirect.ts`, so nothing here may import from the registry.
 */
export interface RedirectSettings {
  /** Folder URL, with a final `/`: modules of it are never loaded. */
  readonly from: string
  /** Folder URL, with a final `/`: its modules are loaded in their place. */
  readonly to: string
  /** Path of the file to which each process writes what it did, a line of JSON each. */
  readonly proof: string
}

export const REDIRECT_VARIABLE = 'BENCH_GATE_REDIRECT'

/** One line of the proof. */
export type ProofLine =
  /** The redirection took effect in a process. */
  | { readonly kind: 'started'; readonly pid: number }
  /** A process started another one of Node's, where the redirection has to take effect too. */
  | { readonly kind: 'spawned'; readonly pid: number; readonly program: string }
  /** A module of the arm was loaded: its path below the registry's folder. */
  | { readonly kind: 'loaded'; readonly pid: number; readonly module: string }
  /** A module of the harness's own registry would have been loaded; the process was stopped. */
  | { readonly kind: 'own'; readonly pid: number; readonly module: string }

/**
 * The environment of an arm's processes. `NODE_OPTIONS` reaches all of them: the runner, its
 * workers, and the subscribers' process.
 * @param env what it is added to.
 */
export function redirectEnvironment(
  settings: RedirectSettings,
  env: Readonly<Record<string, string | undefined>>,
): Record<string, string | undefined> {
  const hook = new URL('redirect.ts', import.meta.url).href
  const options = [env['NODE_OPTIONS'], `--import=${hook}`].filter(Boolean).join(' ')
  return { ...env, NODE_OPTIONS: options, [REDIRECT_VARIABLE]: JSON.stringify(settings) }
}
