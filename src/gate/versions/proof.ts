import { readFileSync } from 'node:fs'
import type { ProofLine } from './redirect-settings.ts'

/** The module that every use of a registry begins with. */
const ENTRY = 'registry.ts'

/** Ends Vitest's workers should it die; it runs nothing of ours, and is kept clear of `NODE_OPTIONS`. */
const WATCHDOG = /\bvitest\/dist\/workers\/watchdog\.js$/

/**
 * Why a run doesn't prove that it measured the arm's registry and nothing else; `null` if it does.
 * It does if the redirection took effect in each of Node's processes, none of them went past it, and
 * one at least loaded the registry.
 * @param path of the file that `redirect.ts` wrote.
 */
export function findProofFlaw(path: string): string | null {
  const lines = readProof(path)
  const started = new Set<number>()
  let isLoaded = false
  for (const line of lines) {
    if (line.kind === 'own') {
      return `process ${line.pid} went for the harness's own ${line.module} rather than the arm's`
    }
    if (line.kind === 'started') started.add(line.pid)
    if (line.kind === 'loaded' && line.module === ENTRY) isLoaded = true
  }
  if (started.size === 0) return "the redirection didn't take effect"
  for (const line of lines) {
    if (line.kind === 'spawned' && !started.has(line.pid) && !isWatchdog(line.program)) {
      return `the redirection didn't reach process ${line.pid}: node ${line.program}`
    }
  }
  return isLoaded ? null : `no process loaded ${ENTRY} from the arm`
}

function isWatchdog(program: string): boolean {
  return WATCHDOG.test(program.replaceAll('\\', '/'))
}

function readProof(path: string): readonly ProofLine[] {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch {
    return []
  }
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line): ProofLine => JSON.parse(line))
}
