import { confirm, leaveUnconfirmed } from './confirm.ts'
import type { Comparison } from './metric.ts'
import type { GatePlan } from './plan.ts'
import type { GateRound } from './round.ts'
import { isPatchy, screen, type Screening } from './screen.ts'
import type { Evidence, Verdict } from './verdict.ts'

/** The progress of one comparison. */
export type Progress =
  | {
      readonly state: 'undecided' | 'suspected regression' | 'suspected improvement'
      /** From all rounds so far, or from a suspect's fresh rounds if there are any. */
      readonly evidence: Evidence | null
      /** The number of the gate's rounds at the next look. */
      readonly nextLook: number
      /** The verdict if no more rounds are made. */
      readonly ifEnded: Verdict
    }
  | { readonly state: 'decided'; readonly verdict: Verdict }

/**
 * Follows one comparison through the rounds by its own looks, independently of the others. Once it is a
 * suspect, all later rounds are its fresh rounds, whatever else they are made for.
 */
export function progressOf(
  comparison: Comparison,
  plan: GatePlan,
  rounds: readonly GateRound[],
): Progress {
  const screening = screen(comparison, plan, rounds)
  switch (screening.state) {
    case 'out':
      return { state: 'decided', verdict: screening.verdict }
    case 'pass':
      return {
        state: 'decided',
        verdict: { kind: 'pass', evidence: screening.finding.evidence },
      }
    case 'undecided':
      return progressOfUndecided(screening)
    case 'suspect': {
      const { direction, finding, since } = screening
      const suspect = { comparison, direction, finding }
      const confirmation = confirm(suspect, plan, rounds.slice(since))
      if (confirmation.isDone) return { state: 'decided', verdict: confirmation.verdict }
      return {
        state: `suspected ${direction}`,
        evidence: (confirmation.finding ?? finding).evidence,
        nextLook: since + confirmation.nextLook,
        ifEnded: leaveUnconfirmed(suspect),
      }
    }
  }
}

type Undecided = Extract<Screening, { state: 'undecided' }>

function progressOfUndecided({ finding, paired, nextLook }: Undecided): Progress {
  const evidence = finding?.evidence ?? null
  const unusable = isPatchy(paired) ? paired.unusable : null
  const why =
    unusable !== null
      ? ({ kind: 'unusable rounds', ...unusable } as const)
      : ({ kind: nextLook === null ? 'noise' : 'budget' } as const)
  const verdict: Verdict = { kind: 'inconclusive', why, evidence }
  return nextLook === null
    ? { state: 'decided', verdict }
    : { state: 'undecided', evidence, nextLook, ifEnded: verdict }
}
