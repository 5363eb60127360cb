/** The oldest schema of run files that is still read. */
export const OLDEST_SCHEMA_VERSION = 1

/** A file's content of which nothing is known but that it says its version. */
interface Versioned {
  readonly schemaVersion: unknown
  readonly [field: string]: unknown
}

/**
 * A run file of an older schema in the form of the present one: what was not recorded then is `null`.
 * Anything else is handed on as it is, to be refused by the schema.
 */
export function upgradeRunFile(data: Versioned): Versioned {
  return data.schemaVersion === 1 ? fromVersion1(data) : data
}

/** Version 2 brought the hashes of configuration and workload, and the reference workload. */
function fromVersion1(data: Versioned): Versioned {
  const { backends, scenarios } = data
  return {
    reference: null,
    ...data,
    schemaVersion: 2,
    backends:
      isObject(backends) && backends['kind'] !== 'memory'
        ? { configurationHash: null, ...backends }
        : backends,
    scenarios: Array.isArray(scenarios)
      ? scenarios.map((scenario: unknown) =>
          isObject(scenario) && scenario['state'] === 'measured'
            ? { workloadHash: null, ...scenario }
            : scenario,
        )
      : scenarios,
  }
}

function isObject(data: unknown): data is Readonly<Record<string, unknown>> {
  return typeof data === 'object' && data !== null
}
