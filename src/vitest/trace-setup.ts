import { traceSettings } from '../traces/trace-settings.ts'
import { startRequestTracing } from './request-tracing.ts'

/**
 * Setup file of the load project's worker processes: registers OpenTelemetry's SDK if requests are to be traced, before a
 * scenario connects to the system under test.
 */
if (traceSettings(process.env) !== null) await startRequestTracing()
