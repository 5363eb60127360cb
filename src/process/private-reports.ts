/**
 * Keeps environment variables, which may hold passwords, out of the diagnostic reports that Node writes if users ask
 * it to, such as by `--report-on-fatalerror`. Node 24 still adds them for each worker thread of the process.
 */
export function keepEnvironmentOutOfReports(): void {
  process.report.excludeEnv = true
}
