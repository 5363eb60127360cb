import { expect, test } from 'vitest'
import { EnvironmentError } from '../../environment/environment-error.ts'
import type { PairFailure } from './pair-estimate.ts'
import { withControl } from './with-control.ts'

type Ending = { readonly kind: 'measured' } | PairFailure

const MEASURED: Ending = { kind: 'measured' }
const never = new AbortController().signal

function failure(arm: PairFailure['arm'], phase: PairFailure['phase'], error: string): PairFailure {
  return { kind: 'failed', arm, phase, error }
}

/** The pair ends in one way, and the baseline against itself in another. */
function measureBy(pair: Ending | Error, control: Ending | Error, signal = never): Promise<Ending> {
  const measure = async (folder: string) => {
    const ending = folder === 'b' ? control : pair
    if (ending instanceof Error) throw ending
    return ending
  }
  return withControl(measure, { base: 'b', head: 'h' }, signal)
}

test('the head is at fault only if the baseline survives against itself', async () => {
  const ofHead = failure('head', 'call', 'boom')
  expect(await measureBy(ofHead, MEASURED)).toEqual(ofHead)
  expect(await measureBy(ofHead, failure('head', 'call', 'bang'))).toMatchObject({
    arm: 'base',
    error: 'bang',
  })
})

test('so it is of a process that dies', async () => {
  const died = new EnvironmentError('killed')
  expect(await measureBy(died, MEASURED)).toMatchObject({ arm: 'head', error: 'killed' })
  await expect(measureBy(died, died)).rejects.toBe(died)
})

test('servers that are gone are no fault of a version', async () => {
  const gone = failure('head', 'connect', 'ECONNREFUSED')
  await expect(measureBy(gone, gone)).rejects.toThrow(EnvironmentError)
  const misfit = failure('base', 'connect', 'connect is not a function')
  expect(await measureBy(misfit, misfit)).toMatchObject({ arm: 'base' })
})

test('an interrupted process accuses nobody', async () => {
  const reason = new EnvironmentError('enough')
  await expect(measureBy(reason, MEASURED, AbortSignal.abort(reason))).rejects.toBe(reason)
})
