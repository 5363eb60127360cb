import { fileURLToPath } from 'node:url'
import * as z from 'zod'
import { runGenerator, type GeneratedFile } from '../generated-files.ts'
import { streamEventSchema } from '../../src/report/live/stream-schema.ts'
import { runFileSchema } from '../../src/run-file/run-file.ts'

/** The JSON Schemas of this package's files. */
const SCHEMAS = [
  { file: 'schema.json', title: 'Run file', schema: runFileSchema },
  { file: 'stream.schema.json', title: 'A line of a stream', schema: streamEventSchema },
]

/** The schemas as text, the required content of their files in `results/`. */
export function schemaFiles(): readonly GeneratedFile[] {
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

if (import.meta.main)
  await runGenerator(
    'schema',
    'Writes the JSON Schemas of run files and streams to results/.',
    schemaFiles,
  )
