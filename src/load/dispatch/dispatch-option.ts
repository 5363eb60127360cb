import { availableParallelism } from 'node:os'
import { InputError } from '../input-error.ts'
import { measureFreeCores } from './free-cores.ts'
import { chooseTechnique, FREE_CORES, TECHNIQUES, type Technique } from './technique.ts'

/** A technique by name, or `auto`: by the cores that are free when the load begins. */
export type DispatchOption = 'auto' | Technique

export const DISPATCH_OPTIONS: readonly DispatchOption[] = ['auto', ...TECHNIQUES]

/**
 * Reads `BENCH_DISPATCH`; `auto` if it is not set or empty.
 * @throws InputError if it names no technique.
 */
export function dispatchSetting(env: Readonly<Record<string, string | undefined>>): DispatchOption {
  const { BENCH_DISPATCH } = env
  const option = DISPATCH_OPTIONS.find((name) => name === (BENCH_DISPATCH || 'auto'))
  if (option !== undefined) return option
  throw new InputError(
    `BENCH_DISPATCH: "${BENCH_DISPATCH}" is not a way to start requests; choose one of ${DISPATCH_OPTIONS.join(', ')}.`,
  )
}

/** The technique of an option. Looking for free cores takes 100 ms, where there may be enough. */
export async function techniqueOf(option: DispatchOption): Promise<Technique> {
  if (option !== 'auto') return option
  const most = availableParallelism()
  return chooseTechnique(most < FREE_CORES.hybrid ? most : await measureFreeCores())
}
