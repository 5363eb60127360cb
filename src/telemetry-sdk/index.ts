/**
 * Telemetry of a process that uses the registry, `prism-loadtest/telemetry`: {@link startTelemetry} sets up
 * OpenTelemetry's SDK, which must be installed, and serves `/metrics`, `/healthz` and `/readyz`.
 */

export { startTelemetry, type Telemetry, type TelemetryOptions } from './start-telemetry.ts'
export { InputError } from '../input-error.ts'
