import * as z from 'zod'

/** What a gate, or a stage of it, says. */
export const gateVerdictSchema = z.enum([
  'pass',
  'regression',
  'improvement',
  'inconclusive',
  'not comparable',
])
