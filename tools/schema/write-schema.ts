import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import * as z from 'zod'
import { runTool, toolCommand } from '../../src/cli/command-line.ts'
import { addSections } from '../../src/cli/help-sections.ts'
import { EXIT, type ExitCode } from '../../src/exit-code.ts'
import { streamEventSchema } from '../../src/report/live/stream-schema.ts'
import { runFileSchema } from '../../src/run-file/run-file.ts'

/** The JSON Schemas of this package's files. */
const SCHEMAS = [
  { file: 'schema.json', title: 'Run file', schema: runFileSchema },
  { file: 'stream.schema.json', title: 'A line of a stream', schema: streamEventSchema },
]

/** A JSON Schema, and where it is kept. */
export interface SchemaFile {
  readonly path: string
  readonly text: string
}

/** The schemas as text, the required content of their files in `results/`. */
export function schemaFiles(): readonly SchemaFile[] {
  return SCHEMAS.map(({ file, title, schema }) => {
    // Columns of seconds, which the schema checks by functions, describe themselves.
    const unrepresentable = 'any'
    const json = z.toJSONSchema(schema, { target: 'draft-2020-12', unrepresentable })
    return {
      path: fileURLToPath(new URL(`../../results/${file}`, import.meta.url)),
      text: `${JSON.stringify({ title, ...json }, null, 2)}\n`,
    }
  })
}

function writeSchemas(): ExitCode {
  for (const { path, text } of schemaFiles()) writeFileSync(path, text)
  return EXIT.good
}

function checkSchemas(): ExitCode {
  const stale = schemaFiles().filter(({ path, text }) => storedText(path) !== text)
  for (const { path } of stale) {
    process.stderr.write(`${path} is not up to date. Run: ${toolCommand('schema')}\n`)
  }
  return stale.length === 0 ? EXIT.good : EXIT.failed
}

function storedText(path: string): string | null {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return null
  }
}

if (import.meta.main) {
  await runTool('schema', (command, end) => {
    command
      .description('Writes the JSON Schemas of run files and streams to results/.')
      .option('--check', 'only check that the files are up to date')
      .action(({ check }: { check?: true }) =>
        end(check === true ? checkSchemas() : writeSchemas()),
      )
    addSections(command, {
      exitCodes: { 0: 'written, or up to date', 1: 'with --check: a file is not up to date' },
      examples: [toolCommand('schema'), toolCommand('schema:check')],
    })
  })
}
