import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import * as z from 'zod'
import { runFileSchema } from '../../src/run-file/run-file.ts'

/** Where the JSON Schema of run files is kept. */
export const SCHEMA_PATH = fileURLToPath(new URL('../../results/schema.json', import.meta.url))

/** The JSON Schema of run files, as text: what `results/schema.json` has to hold. */
export function schemaText(): string {
  const schema = z.toJSONSchema(runFileSchema, { target: 'draft-2020-12' })
  return `${JSON.stringify({ title: 'Run file', ...schema }, null, 2)}\n`
}

/**
 * `node tools/schema/write-schema.ts` writes the schema. With `--check` it writes nothing, and exits
 * with 1 if the file is not what it would write.
 */
function main(isCheck: boolean): void {
  const text = schemaText()
  if (!isCheck) {
    writeFileSync(SCHEMA_PATH, text)
    return
  }
  if (storedText() === text) return
  process.stderr.write(`${SCHEMA_PATH} is not up to date. Run: node tools/schema/write-schema.ts\n`)
  process.exitCode = 1
}

function storedText(): string | null {
  try {
    return readFileSync(SCHEMA_PATH, 'utf8')
  } catch {
    return null
  }
}

if (import.meta.main) main(process.argv.includes('--check'))
