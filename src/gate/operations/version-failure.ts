import * as z from 'zod'

/** What a version was asked to do when it failed. */
export const phaseSchema = z.enum(['import', 'connect', 'prepare', 'call'])
export type Phase = z.infer<typeof phaseSchema>

/** A version of the registry threw, or took too long. */
export class VersionFailure extends Error {
  override readonly name = 'VersionFailure'
  readonly phase: Phase

  constructor(phase: Phase, cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause })
    this.phase = phase
  }
}

/** Longer than any timeout of the registry's own, in ms. */
export const MAX_STEP_MS = 15_000
/** A preparation makes up to 2,000 calls: a slow version is to be measured, not to be given up. */
const MAX_PREPARATION_MS = 60_000

/**
 * Takes one step with a version.
 * @throws VersionFailure if the step throws, or takes longer than 15 s, or 60 s of a preparation.
 */
export async function stepOf<T>(phase: Phase, step: () => Promise<T>): Promise<T> {
  const longestMs = phase === 'prepare' ? MAX_PREPARATION_MS : MAX_STEP_MS
  let timer: NodeJS.Timeout | undefined
  const tooLong = new Promise<never>((_, reject) => {
    const error = new Error(`${phase} did not end within ${longestMs / 1_000} s`)
    timer = setTimeout(() => reject(error), longestMs)
  })
  try {
    return await Promise.race([step(), tooLong])
  } catch (error) {
    throw new VersionFailure(phase, error)
  } finally {
    clearTimeout(timer)
  }
}
