/** An attribute in OTLP/JSON. */
export interface OtlpAttribute {
  readonly key: string
  readonly value: OtlpValue
}

/** A value in OTLP/JSON. 64-bit integers are texts, as in all JSON of Protocol Buffers. */
export type OtlpValue =
  | { readonly stringValue: string }
  | { readonly boolValue: boolean }
  | { readonly intValue: string }
  | { readonly doubleValue: number | string }
  | { readonly arrayValue: { readonly values: readonly OtlpValue[] } }
  /** Of another type, such as an object. */
  | Readonly<Record<string, never>>

/** Further values of an array are left out. */
const MAX_VALUES = 64

/** Attributes in OTLP/JSON. @param clean is applied to keys and texts. */
export function otlpAttributes(
  attributes: Readonly<Record<string, unknown>>,
  clean: (text: string) => string,
): readonly OtlpAttribute[] {
  return Object.entries(attributes).map(([key, value]) => ({
    key: clean(key),
    value: otlpValue(value, clean),
  }))
}

function otlpValue(value: unknown, clean: (text: string) => string): OtlpValue {
  if (!Array.isArray(value)) return plainValue(value, clean)
  const values = value.slice(0, MAX_VALUES).map((one: unknown) => plainValue(one, clean))
  return { arrayValue: { values } }
}

function plainValue(value: unknown, clean: (text: string) => string): OtlpValue {
  switch (typeof value) {
    case 'string':
      return { stringValue: clean(value) }
    case 'boolean':
      return { boolValue: value }
    case 'number':
      if (Number.isSafeInteger(value)) return { intValue: String(value) }
      // JSON has no NaN and no Infinity; Protocol Buffers write them as texts.
      return { doubleValue: Number.isFinite(value) ? value : String(value) }
    default:
      return {}
  }
}
