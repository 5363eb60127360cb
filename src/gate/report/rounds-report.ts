import * as z from 'zod'

/** The verdict of a gate or of one of its stages. */
export const gateVerdictSchema = z.enum([
  'pass',
  'regression',
  'improvement',
  'inconclusive',
  'not comparable',
])

const metricSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('latency'),
    time: z.enum(['service', 'response', 'completion']),
    percentile: z.literal([50, 95, 99, 99.9]),
  }),
  z.strictObject({ kind: z.enum(['errors', 'delivery', 'shortfall', 'validity']) }),
])

const comparisonSchema = z.strictObject({
  id: z.string(),
  scenario: z.string(),
  operation: z.string().nullable().describe('null: the metric belongs to the whole scenario.'),
  metric: metricSchema,
  isAsked: z.boolean(),
})

const evidenceSchema = z
  .strictObject({
    unit: z.enum(['relative', 'share']),
    rounds: z.int().min(0),
    baseline: z.number().describe('Median over the rounds: ms, or a ratio.'),
    candidate: z.number().describe('The baseline plus the estimated change.'),
    estimate: z.number().describe('Hodges–Lehmann, above 0 for worse.'),
    lower: z.number().nullable().describe('null: unbounded.'),
    upper: z.number().nullable(),
    alpha: z.number().describe('One-sided level of the test and of each end of the interval.'),
    pWorse: z.number(),
    pBetter: z.number(),
    scatter: z.number().nullable().describe('Standard deviation of a change between rounds.'),
  })
  .describe(
    'Changes from baseline to candidate: relative for latencies, otherwise differences of ratios.',
  )

const direction = z.enum(['regression', 'improvement'])

const inconclusiveSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.enum(['noise', 'budget']) }),
  z.strictObject({ kind: z.enum(['not confirmed', 'confirmation missing']), direction }),
  z.strictObject({ kind: z.literal('unusable rounds'), count: z.int(), why: z.string() }),
])

const verdictSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('pass'), evidence: evidenceSchema }),
  z.strictObject({
    kind: direction,
    evidence: evidenceSchema.describe('From the fresh rounds alone.'),
    screening: evidenceSchema.describe('The evidence that made it a suspect.'),
  }),
  z.strictObject({
    kind: z.literal('inconclusive'),
    why: inconclusiveSchema,
    evidence: evidenceSchema.nullable(),
  }),
  z.strictObject({ kind: z.literal('refused'), requests: z.number(), needed: z.number() }),
  z.strictObject({ kind: z.literal('not comparable'), why: z.string() }),
])

const readingSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('time'), ms: z.number(), requests: z.number() }),
  z.strictObject({ kind: z.literal('share'), count: z.number(), of: z.number() }),
  z.strictObject({
    kind: z.literal('validity'),
    flaw: z.string().nullable().describe('Why the measurement is unusable; null if it is usable.'),
  }),
  z.strictObject({ kind: z.enum(['unusable', 'absent']), why: z.string() }),
])

const lookSchema = z.strictObject({ rounds: z.int(), alpha: z.number() })

const roundSchema = z.strictObject({
  first: z.enum(['baseline', 'candidate']).describe('The version that ran first.'),
  baseline: z.record(z.string(), readingSchema),
  candidate: z.record(z.string(), readingSchema),
})

/** The verdicts of open-loop rounds, and all their evidence. */
export const roundsStageSchema = z.strictObject({
  kind: z.literal('measured'),
  scenarios: z.array(z.string()).describe('Scenario files, relative to the folder of scenarios.'),
  durationMs: z.number().describe("Duration of each scenario's measurement in a round."),
  meanRoundMs: z.number().nullable(),
  plan: z
    .strictObject({
      comparisons: z.array(comparisonSchema),
      looks: z.array(lookSchema).describe('Looks: numbers of rounds, and levels.'),
      confirmation: z
        .array(lookSchema)
        .describe('Looks that confirm a suspect: numbers of fresh rounds, and levels.'),
      effects: z.strictObject({
        latency: z.number(),
        errors: z.number(),
        delivery: z.number(),
        shortfall: z.number(),
        validity: z.number(),
      }),
      timesDecide: z
        .boolean()
        .describe('false: a time that scatters too much does not leave the gate undecided.'),
    })
    .nullable()
    .describe('null: no round was completed.'),
  rounds: z.array(roundSchema),
  comparisons: z.array(
    z.strictObject({
      comparison: comparisonSchema,
      verdict: verdictSchema,
      detectable: z
        .number()
        .nullable()
        .describe('The change for the worse that 80 % of gates like this find; null: unknown.'),
      flaw: z
        .string()
        .nullable()
        .describe("For a validity, the flaw of the candidate's last unusable measurement."),
    }),
  ),
  verdict: gateVerdictSchema,
})
