import type { ErrorObject } from 'ajv/dist/2020.js'
import { RegistryError } from '../errors.ts'
import { formatPlace, type JsonPlace } from '../json-check.ts'
import { shortened } from '../text.ts'
import { Pattern } from './pattern.ts'
import { boundedSchema } from './schema-bounds.ts'

/** A JSON Schema (draft 2020-12) for an object. */
export type SchemaObject = { readonly [keyword: string]: unknown }

/**
 * Checks metadata, as JSON, against a schema.
 * @throws RegistryError `INVALID_METADATA`, which says where.
 */
export type MetadataCheck = (metadataJson: string) => void

const MAX_REASON = 200

/** Patterns in linear time, for Ajv. It would write this name into a stand-alone validator. */
const linearPattern = Object.assign((source: string) => new Pattern(source), { code: 'Pattern' })

let compiler: Promise<(schema: SchemaObject) => Validator> | undefined

interface Validator {
  (value: unknown): boolean
  errors?: null | ErrorObject[]
}

/**
 * Compiles a schema.
 * @throws RegistryError `INVALID_ARGUMENT` for what isn't a JSON Schema, or may cost too much; it says where.
 */
export async function compileMetadataSchema(
  schema: unknown,
  where = 'quotas.metadataSchema',
): Promise<MetadataCheck> {
  const json = boundedSchema(schema, where)
  compiler ??= loadCompiler()
  const compile = await compiler
  let validate: Validator
  try {
    const { $id: _, ...own } = JSON.parse(json) as SchemaObject
    validate = compile(own)
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    const hint = why.includes('unknown format') ? '. Formats are not checked; write a pattern' : ''
    throw new RegistryError('INVALID_ARGUMENT', `${where}: ${oneLine(why)}${hint}`)
  }
  return (metadataJson) => {
    const metadata: unknown = JSON.parse(metadataJson)
    if (validate(metadata)) return
    throw new RegistryError('INVALID_METADATA', explained(validate.errors ?? [], metadata))
  }
}

/** Ajv is loaded once a namespace has a schema. */
async function loadCompiler(): Promise<(schema: SchemaObject) => Validator> {
  const { Ajv2020 } = await import('ajv/dist/2020.js')
  const ajv = new Ajv2020({
    // Unknown keywords and formats are refused: they would check nothing. What else strict mode refuses is valid.
    strict: true,
    strictTypes: false,
    strictTuples: false,
    strictRequired: false,
    // Names such as `toString` are properties only if metadata has them.
    ownProperties: true,
    addUsedSchema: false,
    logger: false,
    code: { regExp: linearPattern },
  })
  return (schema) => {
    try {
      return ajv.compile(schema)
    } finally {
      // It would keep every schema that it has compiled.
      ajv.removeSchema(schema)
    }
  }
}

const CHOICES: ReadonlySet<string | undefined> = new Set(['anyOf', 'oneOf', 'contains'])

/** Why metadata doesn't fit. Of alternatives, that none fits; otherwise the first fault. */
function explained(errors: readonly ErrorObject[], metadata: unknown): string {
  const last = errors.at(-1)
  const isChoice = CHOICES.has(last?.keyword)
  const error = isChoice ? last : errors[0]
  if (error === undefined) return 'metadata: does not fit the schema of its namespace'
  const place = placeOf(error.instancePath, metadata)
  const { propertyName } = error
  const whose = propertyName === undefined ? '' : `the name ${JSON.stringify(propertyName)} `
  const reason = shortened(oneLine(whose + reasonOf(error)), MAX_REASON)
  return `${formatPlace('metadata', place)}: ${reason}`
}

function reasonOf({ keyword, message = 'does not fit', params }: ErrorObject): string {
  const named = (name: string): string => JSON.stringify(Reflect.get(params, name))
  switch (keyword) {
    case 'additionalProperties':
      return `${message}; it has ${named('additionalProperty')}`
    case 'unevaluatedProperties':
      return `${message}; it has ${named('unevaluatedProperty')}`
    case 'enum':
      return `must be one of ${named('allowedValues').slice(1, -1)}`
    case 'const':
      return `must be ${named('allowedValue')}`
    case 'false schema':
      return 'is not allowed'
    default:
      return message
  }
}

/** The place that a JSON pointer names. */
function placeOf(pointer: string, root: unknown): JsonPlace {
  let value = root
  return pointer
    .split('/')
    .slice(1)
    .map((part) => {
      const name = part.replaceAll('~1', '/').replaceAll('~0', '~')
      const key = Array.isArray(value) ? Number(name) : name
      value = Object.hasOwn(Object(value), key) ? Reflect.get(Object(value), key) : undefined
      return key
    })
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ')
}
