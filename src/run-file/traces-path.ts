/** Where a run's traces are, as OTLP/JSON: beside its run file. */
export function tracesPathOf(runFile: string): string {
  return `${runFile.replace(/\.json$/, '')}.traces.json`
}
