import { describe, expect, it } from 'vitest'
import { defaultLimits, limitsFrom, type RegistryLimits } from './limits.ts'

describe('limitsFrom', () => {
  it('returns the defaults without overrides', () => {
    expect(limitsFrom()).toEqual(defaultLimits)
    expect(limitsFrom({})).toMatchObject({
      maxMetadataBytes: 16_384,
      maxFilterDepth: 5,
      maxFilterClauses: 20,
    })
    expect(limitsFrom({ maxTtlMs: undefined } as object)).toEqual(defaultLimits)
  })

  it('applies overrides and keeps the other defaults', () => {
    expect(limitsFrom({ maxFilterDepth: 2 })).toEqual({ ...defaultLimits, maxFilterDepth: 2 })
  })

  it('accepts Infinity for identities only', () => {
    expect(limitsFrom({ maxIdentities: Infinity }).maxIdentities).toBe(Infinity)
    expect(() => limitsFrom({ maxFilterClauses: Infinity })).toThrow(
      'limits.maxFilterClauses: Infinity must be an integer from 1 to 10000',
    )
  })

  it.each<Partial<Record<keyof RegistryLimits, unknown>>>([
    { maxIdentities: 0 },
    { maxTtlMs: -1 },
    { maxMetadataBytes: 1.5 },
    { maxMetadataDepth: 101 },
    { maxFilterDepth: Number.NaN },
    { maxFilterClauses: '5' },
    { maxFilterValues: 100_001 },
    { maxFilterValues: null },
  ])('refuses %j', (limits) => {
    expect(() => limitsFrom(limits as Partial<RegistryLimits>)).toThrow(
      expect.objectContaining({ code: 'INVALID_ARGUMENT' }),
    )
  })

  it('names an unknown limit and the nearest valid one', () => {
    expect(() => limitsFrom({ maxFilterClause: 3 } as Partial<RegistryLimits>)).toThrow(
      /limits: "maxFilterClause" is not a valid option\. Did you mean "maxFilterClauses"\? Valid options: maxIdentities/,
    )
  })
})
