import * as z from 'zod'
import type { VersionName } from '../versions/both.ts'

/** The phase in which a version failed. */
export const phaseSchema = z.enum(['import', 'connect', 'prepare', 'call'])
export type Phase = z.infer<typeof phaseSchema>

export const versionNameSchema = z.enum(['baseline', 'candidate']) satisfies z.ZodType<VersionName>

/** How a process that calls both versions ends if one of them fails. */
export const failedVersionSchema = z.strictObject({
  kind: z.literal('failed'),
  version: versionNameSchema,
  phase: phaseSchema,
  error: z.string(),
})

export type FailedVersion = Readonly<z.infer<typeof failedVersionSchema>>

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
/** A preparation makes up to 2,000 calls; a slow version should be measured, not abandoned. */
const MAX_PREPARATION_MS = 60_000

/**
 * Takes one step with a version.
 * @throws VersionFailure if the step throws, or takes longer than 15 s (60 s for a preparation).
 */
export async function stepOf<T>(phase: Phase, step: () => Promise<T>): Promise<T> {
  const maxMs = phase === 'prepare' ? MAX_PREPARATION_MS : MAX_STEP_MS
  let timer: NodeJS.Timeout | undefined
  const tooLong = new Promise<never>((_, reject) => {
    const error = new Error(`${phase} did not end within ${maxMs / 1_000} s`)
    timer = setTimeout(() => reject(error), maxMs)
  })
  try {
    return await Promise.race([step(), tooLong])
  } catch (error) {
    throw new VersionFailure(phase, error)
  } finally {
    clearTimeout(timer)
  }
}
