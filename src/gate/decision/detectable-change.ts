import { crossover } from '../../stats/crossover.ts'
import { normalDraws, randomStream } from '../../stats/random.ts'
import { fromChange, toChange } from './evidence.ts'
import { PASS_LIMIT_EFFECTS, type GatePlan, type Look } from './plan.ts'
import type { Evidence } from './verdict.ts'

/** The ratio of gates that find a change of detectable size. */
export const DETECTED = 0.8

/**
 * The change for the worse that 80 % of gates with the same scatter would find and confirm. Applies the
 * plan's own looks to simulated, normally distributed rounds.
 *
 * @param effect the smallest change that counts.
 * @param maxRounds the total number of rounds; `Infinity`: as many as the plan has looks for.
 * @returns in the unit of the evidence; `null` if the scatter is unknown, or 80 % of gates find no change of
 *   any size.
 */
export function detectableChange(
  { scatter, unit }: Pick<Evidence, 'scatter' | 'unit'>,
  effect: number,
  plan: GatePlan,
  maxRounds: number,
): number | null {
  if (scatter === null) return null
  const gates = simulatedGates(plan)
  const least = toChange(unit, effect)
  const limit = toChange(unit, effect * PASS_LIMIT_EFFECTS)
  const isDetected = (change: number): boolean => {
    const found = gates.filter((gate) => {
      const rounds = roundsToFind(gate, { change, scatter, least, limit })
      return rounds !== null && rounds <= maxRounds
    })
    return found.length >= DETECTED * gates.length
  }
  let most = least + MAX_SCATTERS * scatter
  if (!isDetected(most)) return null
  let tooSmall = least
  for (let step = 0; step < STEPS; step++) {
    const middle = (tooSmall + most) / 2
    if (isDetected(middle)) most = middle
    else tooSmall = middle
  }
  return fromChange(unit, most)
}

const MAX_SCATTERS = 10
/** Bisection steps: down to a hundredth of the scatter. */
const STEPS = 10
const GATES = 400
const SEED = 1

/** The result of one look at rounds without a change that scatter by 1. */
interface Sight {
  /** Rounds made by then. */
  readonly rounds: number
  readonly estimate: number
  readonly lower: number
  readonly upper: number
}

/** A gate's sights: per look, and per confirmation look after it. */
interface SimulatedGate {
  readonly looks: readonly {
    readonly seen: Sight
    readonly confirmation: readonly Sight[]
  }[]
}

interface Simulated {
  readonly change: number
  readonly scatter: number
  readonly least: number
  readonly limit: number
}

/** The number of rounds until the regression is confirmed; `null` if it isn't. */
function roundsToFind(
  { looks }: SimulatedGate,
  { change, scatter, least, limit }: Simulated,
): number | null {
  const isFound = ({ lower, estimate }: Sight): boolean =>
    change + scatter * lower > 0 && change + scatter * estimate >= least
  const isPass = ({ upper }: Sight): boolean => change + scatter * upper < limit
  for (const { seen, confirmation } of looks) {
    if (isFound(seen)) {
      for (const sight of confirmation) {
        if (isFound(sight)) return sight.rounds
        if (isPass(sight)) return null
      }
      return null
    }
    if (isPass(seen)) return null
  }
  return null
}

/** Cached, because gates with the same levels share them. */
const SIMULATED = new Map<string, readonly SimulatedGate[]>()

function simulatedGates({ looks, confirmation }: GatePlan): readonly SimulatedGate[] {
  const key = JSON.stringify([looks, confirmation])
  const known = SIMULATED.get(key)
  if (known !== undefined) return known
  const [lastLook, lastFresh] = [looks.at(-1), confirmation.at(-1)]
  const rounds = (lastLook?.rounds ?? 0) + (lastFresh?.rounds ?? 0)
  const normal = normalDraws(randomStream(SEED, 0))
  const gates = Array.from({ length: GATES }, (): SimulatedGate => {
    const changes = Array.from({ length: rounds }, normal)
    return {
      looks: looks.map((look) => ({
        seen: sightOf(changes, 0, look),
        confirmation: confirmation.map((fresh) => sightOf(changes, look.rounds, fresh)),
      })),
    }
  })
  SIMULATED.set(key, gates)
  return gates
}

function sightOf(changes: readonly number[], since: number, { rounds, alpha }: Look): Sight {
  const until = since + rounds
  const isIn = (round: number, order: number) =>
    round >= since && round < until && round % 2 === order
  const { estimate, lower, upper } = crossover(
    {
      oldFirst: changes.filter((_, round) => isIn(round, 0)),
      newFirst: changes.filter((_, round) => isIn(round, 1)),
    },
    alpha,
  )
  return { rounds: until, estimate, lower, upper }
}
