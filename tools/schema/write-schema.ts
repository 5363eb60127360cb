import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import * as z from 'zod'
import { runTool, toolCommand } from '../../src/cli/command-line.ts'
import { addSections } from '../../src/cli/help-sections.ts'
import { EXIT, type ExitCode } from '../../src/exit-code.ts'
import { runFileSchema } from '../../src/run-file/run-file.ts'

/** Where the JSON Schema of run files is kept. */
export const SCHEMA_PATH = fileURLToPath(new URL('../../results/schema.json', import.meta.url))

/** The JSON Schema of run files as text, the required content of `results/schema.json`. */
export function schemaText(): string {
  // Columns of seconds, which the schema checks by functions, describe themselves.
  const unrepresentable = 'any'
  const schema = z.toJSONSchema(runFileSchema, { target: 'draft-2020-12', unrepresentable })
  return `${JSON.stringify({ title: 'Run file', ...schema }, null, 2)}\n`
}

function writeSchema(): ExitCode {
  writeFileSync(SCHEMA_PATH, schemaText())
  return EXIT.good
}

function checkSchema(): ExitCode {
  if (storedText() === schemaText()) return EXIT.good
  process.stderr.write(`${SCHEMA_PATH} is not up to date. Run: ${toolCommand('schema')}\n`)
  return EXIT.failed
}

function storedText(): string | null {
  try {
    return readFileSync(SCHEMA_PATH, 'utf8')
  } catch {
    return null
  }
}

if (import.meta.main) {
  await runTool('schema', (command, end) => {
    command
      .description('Writes the JSON Schema of run files to results/schema.json.')
      .option('--check', 'only check that the file is up to date')
      .action(({ check }: { check?: true }) => end(check === true ? checkSchema() : writeSchema()))
    addSections(command, {
      exitCodes: { 0: 'written, or up to date', 1: 'with --check: the file is not up to date' },
      examples: [toolCommand('schema'), toolCommand('schema:check')],
    })
  })
}
