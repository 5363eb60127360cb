import { NONE } from '../../run-file/provenance/environment-fields.ts'
import type { FieldDifference } from '../decision/fingerprint-differences.ts'

/** Names of fields for people, where the field's own name is not one. */
const NAMES: Readonly<Record<string, string>> = {
  backend: 'servers from',
  'server configuration': "servers' configuration",
  'server addresses': 'servers at',
  dispatch: 'dispatch technique',
  'cgroup CPU limit': 'CPU limit',
  'cgroup memory limit': 'memory limit',
  model: 'load model',
  SLO: 'SLOs',
}

/** Fields whose values are hashes: that they differ is all there is to say. */
const HASHED: readonly string[] = ['server configuration', 'source or parameters']

const SERVER = 'server: '

/** A field's name for people: `servers' configuration`, `Redis`. */
export function fieldName(field: string): string {
  return field.startsWith(SERVER) ? field.slice(SERVER.length) : (NAMES[field] ?? field)
}

/**
 * All differences of two loads in words. If one sends requests at a rate and the other has users, that is
 * one difference, not one per field.
 */
export function differenceTexts(fields: readonly FieldDifference[]): readonly string[] {
  if (!fields.some(({ field }) => field === 'model')) return fields.map(differenceText)
  const loads = (side: 'baseline' | 'candidate'): string =>
    fields.find((one) => LOADS.includes(one.field) && one[side] !== NONE)?.[side] ?? NONE
  return [
    `load ${loads('baseline')} against ${loads('candidate')}`,
    ...fields.filter(({ field }) => !OF_MODEL.includes(field)).map(differenceText),
  ]
}

const LOADS: readonly string[] = ['arrivals', 'users']
const OF_MODEL: readonly string[] = ['model', ...LOADS, 'think time']

/** What differs, in words: `Node 24.1.0 against 24.2.0`, `servers' configuration`. */
export function differenceText({ field, baseline, candidate }: FieldDifference): string {
  const name = fieldName(field)
  if (HASHED.includes(field)) return name
  if (field === 'SLO') {
    const [before, after] = [baseline, candidate].map((bounds) => bounds.split('; '))
    const only = (some: readonly string[] = [], others: readonly string[] = []): string =>
      some.filter((bound) => !others.includes(bound)).join(' and ') || NONE
    return `${name} ${only(before, after)} against ${only(after, before)}`
  }
  return `${name} ${baseline} against ${candidate}`
}
