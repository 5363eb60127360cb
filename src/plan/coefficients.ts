import { readFileSync } from 'node:fs'
import * as z from 'zod'
import { InputError } from '../input-error.ts'
import { CPU_RESOURCES } from './reference.ts'
import { RESOURCE_NAMES, RESOURCES, type Term } from './terms.ts'
import { typedCommand } from '../typed-command.ts'

/** The coefficients of the repository. */
export const COEFFICIENTS_FILE = new URL('coefficients.json', import.meta.url)

const coefficient = z.number().nonnegative()
const byTerm = (terms: readonly Term[]) =>
  z.strictObject(Object.fromEntries(terms.map((term) => [term, coefficient])))

const schema = z.strictObject({
  /** The machine of the measurement, to which CPU times apply. */
  measured: z.strictObject({
    command: z.string(),
    date: z.string(),
    cpu: z.string(),
    cores: z.number(),
    node: z.string(),
    redis: z.string(),
    nats: z.string(),
    commit: z.string().nullable(),
  }),
  /** The cost of bare requests at the same time. */
  reference: z.strictObject(
    Object.fromEntries(CPU_RESOURCES.map((name) => [name, z.number().positive()])) as Record<
      (typeof CPU_RESOURCES)[number],
      z.ZodNumber
    >,
  ),
  coefficients: z.strictObject(
    Object.fromEntries(RESOURCE_NAMES.map((name) => [name, byTerm(RESOURCES[name])])) as Record<
      (typeof RESOURCE_NAMES)[number],
      ReturnType<typeof byTerm>
    >,
  ),
})

/** Coefficients and the machine of their measurement. */
export type CoefficientsFile = z.infer<typeof schema>

/**
 * Reads a file written by `npm run plan -- --measure`.
 * @throws InputError if the file is missing or invalid.
 */
export function readCoefficients(path: string | URL): CoefficientsFile {
  let content: unknown
  try {
    content = JSON.parse(readFileSync(path, 'utf8'))
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new InputError(`Coefficients can't be read: ${reason}. ${ADVICE}`)
  }
  const parsed = schema.safeParse(content)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  const place = issue?.path.join(' › ') ?? ''
  throw new InputError(`Coefficients in ${String(path)}: ${place}: ${issue?.message}. ${ADVICE}`)
}

const ADVICE = `${typedCommand('plan', '--measure')} writes such a file.`

/** The text of a coefficients file, with three digits per figure because no more are certain. */
export function coefficientsText(file: CoefficientsFile): string {
  const rounded = (_: string, value: unknown): unknown =>
    typeof value === 'number' ? Number(value.toPrecision(3)) : value
  return `${JSON.stringify(file, rounded, 2)}\n`
}

/** Where and when the costs were measured, as a sentence. */
export function describeMeasured({
  cpu,
  cores,
  node,
  redis,
  nats,
  date,
}: CoefficientsFile['measured']): string {
  return `Costs were measured on ${cores} cores of ${cpu}, with Redis ${redis}, NATS ${nats} and Node ${node}, on ${date}.`
}
