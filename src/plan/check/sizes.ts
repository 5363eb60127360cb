import type { Phase } from '../measure/load.ts'
import type { PopulationSizes } from '../measure/rig.ts'

/** A size at which the model is checked: a population, and a load of everything at once. */
export interface Size {
  readonly name: string
  readonly population: PopulationSizes
  readonly phases: readonly Phase[]
}

/** The maximum relative deviation of a prediction from the measurement. */
export const TOLERANCE = 0.3

/** Sizes that differ from those of the coefficients' measurement. */
export const SIZES: readonly Size[] = [
  sizeOf(
    'small',
    { identities: 5_000, groups: 50, metadataBytes: 200, gateways: 2 },
    { heartbeats: 2_000, registrations: 1_000, unregistrations: 500 },
    { enumerates: 300, multicasts: 600, payloadBytes: 500 },
  ),
  sizeOf(
    'medium',
    { identities: 15_000, groups: 15, metadataBytes: 400, gateways: 4 },
    { heartbeats: 3_000, registrations: 1_500, unregistrations: 300 },
    { enumerates: 300, multicasts: 200, payloadBytes: 2_000 },
  ),
  sizeOf(
    'large',
    { identities: 40_000, groups: 8, metadataBytes: 150, gateways: 8 },
    { heartbeats: 5_000, registrations: 2_000, unregistrations: 200 },
    { enumerates: 200, multicasts: 80, payloadBytes: 100 },
  ),
]

function sizeOf(
  name: string,
  population: PopulationSizes,
  writer: { heartbeats: number; registrations: number; unregistrations: number },
  reader: { enumerates: number; multicasts: number; payloadBytes: number },
): Size {
  const { enumerates, multicasts, payloadBytes } = reader
  return {
    name,
    population,
    phases: [
      {
        writer: [
          { kind: 'heartbeat', count: writer.heartbeats },
          { kind: 'register', count: writer.registrations },
          { kind: 'unregister', of: 'transient', count: writer.unregistrations },
        ],
        readers: [
          { kind: 'enumerate', audience: 'group', count: enumerates },
          { kind: 'multicast', audience: 'group', count: multicasts, payloadBytes },
        ],
      },
      // By the end, every reader has followed every change.
      { readers: [{ kind: 'enumerate', audience: 'nobody', count: 1 }] },
    ],
  }
}
