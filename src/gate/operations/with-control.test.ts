import { expect, test } from 'vitest'
import { EnvironmentError } from '../../environment/environment-error.ts'
import type { FailedVersion } from './version-failure.ts'
import { withControl } from './with-control.ts'

type Ending = { readonly kind: 'measured' } | FailedVersion

const MEASURED: Ending = { kind: 'measured' }
const never = new AbortController().signal

function failure(
  version: FailedVersion['version'],
  phase: FailedVersion['phase'],
  error: string,
): FailedVersion {
  return { kind: 'failed', version, phase, error }
}

/** The pair ends in one way, and the baseline against itself in another. */
function measureBy(pair: Ending | Error, control: Ending | Error, signal = never): Promise<Ending> {
  const measure = async (folder: string) => {
    const ending = folder === 'b' ? control : pair
    if (ending instanceof Error) throw ending
    return ending
  }
  return withControl(measure, { baseline: 'b', candidate: 'h' }, signal)
}

test('the candidate is at fault only if the baseline against itself succeeds', async () => {
  const ofCandidate = failure('candidate', 'call', 'boom')
  expect(await measureBy(ofCandidate, MEASURED)).toEqual(ofCandidate)
  expect(await measureBy(ofCandidate, failure('candidate', 'call', 'bang'))).toMatchObject({
    version: 'baseline',
    error: 'bang',
  })
})

test("a process that dies is the candidate's fault unless the control dies as well", async () => {
  const died = new EnvironmentError('killed')
  expect(await measureBy(died, MEASURED)).toMatchObject({ version: 'candidate', error: 'killed' })
  await expect(measureBy(died, died)).rejects.toBe(died)
})

test('a candidate that cannot be imported is broken, not slow', async () => {
  const broken = failure('candidate', 'import', 'no such module')
  await expect(measureBy(broken, MEASURED)).rejects.toThrow(
    /^The candidate can't be imported: no such/,
  )
})

test("unreachable servers are neither version's fault", async () => {
  const gone = failure('candidate', 'connect', 'ECONNREFUSED')
  await expect(measureBy(gone, gone)).rejects.toThrow(EnvironmentError)
  const misfit = failure('baseline', 'connect', 'connect is not a function')
  expect(await measureBy(misfit, misfit)).toMatchObject({ version: 'baseline' })
})

test('an interrupted process blames neither version', async () => {
  const reason = new EnvironmentError('enough')
  await expect(measureBy(reason, MEASURED, AbortSignal.abort(reason))).rejects.toBe(reason)
})
