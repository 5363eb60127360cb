import { existsSync } from 'node:fs'
import { counted, formatMs } from '../format.ts'
import { systemText } from '../environment/system.ts'
import { appendHistory } from '../run-file/history/history-file.ts'
import { mergeShards } from '../run-file/merge/merge-shards.ts'
import type { EndedRun } from './junit/run-junit.ts'
import { exitCodeOf } from '../run-file/outcome.ts'
import { printableRun } from '../run-file/printable-run.ts'
import { readRunFile } from '../run-file/read/read-run-file.ts'
import { readTracesData } from '../run-file/read/read-traces-data.ts'
import { tracesPathOf } from '../run-file/traces-path.ts'
import { renderEnding, renderFiles } from './terminal/ending.ts'
import { renderReport } from './terminal/scenario.ts'
import { pagePathOf, RunPageWriter } from './html/write-run-page.ts'
import { paint } from './terminal/paint.ts'
import { print } from './terminal/print.ts'
import { ensureWritableFolder } from '../run-file/write/results-folder.ts'
import type { RunFile, ScenarioEntry } from '../run-file/run-file.ts'
import { runIdOf } from '../run-file/run-id.ts'
import { TracesFile } from '../run-file/write/traces-file.ts'
import { createRunFile, pathsOf, type ResultPaths } from '../run-file/write/write-run-file.ts'

/**
 * Merges run files into a new one, and prints its report.
 * @param change fields that the caller knows better than the shards.
 * @param onTraces called with the traces of all shards, each a `ResourceSpans` as JSON.
 * @returns the merged run and its exit code.
 * @throws UserError, RunFileError, ResultsFolderError; HistoryError when all files are written
 */
export async function mergeRunFiles(
  paths: readonly string[],
  folder: string,
  change: Partial<RunFile> = {},
  onTraces: (resourceSpans: readonly string[]) => void = () => {},
): Promise<EndedRun> {
  const shards = await Promise.all(
    paths.map(async (path) => ({ path, run: await readRunFile(path) })),
  )
  const merged = mergeShards(shards, ({ startedAt, commit }) =>
    runIdOf(new Date(startedAt), commit),
  )
  ensureWritableFolder(folder)
  const page = await RunPageWriter.open()
  let run: RunFile = { ...merged, ...change }
  let written: (ResultPaths & { readonly html?: string }) | null = null
  // Store before printing, and print even if storing fails.
  try {
    const ofShards = paths.map(tracesBeside)
    onTraces(ofShards.flat())
    run = createRunFile(folder, run)
    const files = pathsOf(folder, run)
    const traces = new TracesFile()
    for (const resourceSpans of ofShards) traces.add(resourceSpans)
    const tracesJson = traces.write(tracesPathOf(files.json))
    if (traces.problem !== null) process.stderr.write(`${traces.problem}\n`)
    const html = pagePathOf(files.json)
    written = {
      ...files,
      ...(tracesJson === null ? {} : { tracesJson }),
      ...(page.write(html, run) ? { html } : {}),
    }
    if (page.problem !== null) process.stderr.write(`${page.problem}\n`)
    appendHistory(folder, run)
  } finally {
    printRun(printableRun(run))
    if (written !== null) print(renderFiles(written))
  }
  return { run, path: pathsOf(folder, run).json, exitCode: exitCodeOf(run), others: [] }
}

/** The traces beside a shard's run file; none if the shard was not traced. A damaged file loses its own only. */
function tracesBeside(runFile: string): readonly string[] {
  const path = tracesPathOf(runFile)
  if (!existsSync(path)) return []
  const data = readTracesData(path)
  if (data.kind === 'read') return data.resourceSpans.map((part) => JSON.stringify(part))
  process.stderr.write(`Its traces are left out. ${data.problem}\n`)
  return []
}

function printRun(run: RunFile): void {
  const { system, generators } = run
  const count = generators.kind === 'merged' ? generators.shards.length : 1
  print(`${paint('bold', run.runId)}  ${counted(count, 'generator')}, ${systemText(system)}`)
  const skewMs = generators.kind === 'merged' ? (generators.barrier?.skewMs ?? null) : null
  if (skewMs !== null) print(`  the generators started within ${formatMs(skewMs)} of each other`)
  for (const scenario of run.scenarios) {
    print(`\n${paint('bold', scenario.name)}\n${renderReport(scenario)}`)
    if (hasReceipts(scenario)) {
      print(`  receipts: only recipients in the sender's own shard, 1 of ${count}, are counted`)
    }
  }
  print(`\n${renderEnding(run)}\n`)
}

function hasReceipts(scenario: ScenarioEntry): boolean {
  if (scenario.state !== 'measured') return false
  return scenario.result.operations.some(({ deliveries }) => deliveries !== null)
}
