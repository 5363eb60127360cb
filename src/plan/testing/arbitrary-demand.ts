import fc from 'fast-check'
import { RESOURCE_NAMES, RESOURCES } from '../terms.ts'
import type { Coefficients } from '../cost-model.ts'
import type { Demand } from '../demand.ts'

const rate = fc.double({ min: 0, max: 1e5, noNaN: true })

/** Demands whose targets and matches are in their namespaces; for tests. */
export const arbitraryDemand: fc.Arbitrary<Demand> = fc
  .record({
    namespaces: fc.integer({ min: 1, max: 64 }),
    perNamespace: fc.integer({ min: 1, max: 1_000_000 }),
    targetShare: fc.double({ min: 0, max: 1, noNaN: true }),
    matchShare: fc.double({ min: 0, max: 1, noNaN: true }),
    metadataBytes: fc.integer({ min: 2, max: 10_000 }),
    heartbeats: rate,
    registrations: rate,
    unregistrations: rate,
    enumerates: rate,
    multicasts: rate,
    payloadBytes: fc.integer({ min: 0, max: 100_000 }),
    gateways: fc.integer({ min: 1, max: 5_000 }),
    replicas: fc.integer({ min: 1, max: 100 }),
  })
  .map(({ perNamespace, targetShare, matchShare, ...demand }) => ({
    ...demand,
    identities: perNamespace * demand.namespaces,
    targets: Math.floor(perNamespace * targetShare),
    matches: Math.floor(perNamespace * matchShare),
  }))

/** Coefficients of any size. */
export const arbitraryCoefficients: fc.Arbitrary<Coefficients> = fc.record(
  Object.fromEntries(
    RESOURCE_NAMES.map((resource) => [
      resource,
      fc.record(
        Object.fromEntries(
          RESOURCES[resource].map((term) => [term, fc.double({ min: 0, max: 1_000, noNaN: true })]),
        ),
      ),
    ]),
  ),
) as fc.Arbitrary<Coefficients>
