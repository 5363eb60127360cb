import { RELEASED_NAMES } from '../versions/both.ts'
import type { GateReport } from './gate-report.ts'

/**
 * A report as `gate.json` holds it. Its schema was released with `base` and `head`, in the report itself
 * and in counts, pairs and drift; rounds have always said `baseline` and `candidate`.
 */
export function releasedForm(report: GateReport): object {
  const { rounds, ...callStages } = report.stages
  return renamed({ ...report, stages: { ...renamedDeeply(callStages), rounds } })
}

const KEYS: Readonly<Record<string, string>> = { ...RELEASED_NAMES, version: 'arm' }

function renamed(value: object): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [KEYS[key] ?? key, part]))
}

/** The names of versions that failed, too. */
function renamedDeeply(value: object): Readonly<Record<string, unknown>> {
  const released = ([key, part]: [string, unknown]): [string, unknown] => {
    if (Array.isArray(part)) return [key, part.map((one) => released([key, one])[1])]
    if (typeof part === 'object' && part !== null) return [key, renamedDeeply(part)]
    return [key, key === 'version' && isVersionName(part) ? RELEASED_NAMES[part] : part]
  }
  return renamed(Object.fromEntries(Object.entries(value).map(released)))
}

function isVersionName(value: unknown): value is keyof typeof RELEASED_NAMES {
  return value === 'baseline' || value === 'candidate'
}
