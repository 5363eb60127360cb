import { expectTypeOf, test } from 'vitest'
import type * as z from 'zod'
import type { SloRow } from '../load/slo/slo-row.ts'
import type { Verdict } from '../load/verdict/verdict.ts'
import type { Reference } from '../environment/reference/reference.ts'
import type { SystemUnderTest } from '../environment/system.ts'
import type { DeepReadonly } from './schema/values-schema.ts'
import type { MeasuredSystem, Reference as RunReference, verdictSchema } from './run-file.ts'
import type { sloRowSchema } from './schema/slo-schema.ts'

test('the schema matches the types of other rooms (checked by the type-check)', () => {
  expectTypeOf<DeepReadonly<z.infer<typeof verdictSchema>>>().toEqualTypeOf<Verdict>()
  expectTypeOf<DeepReadonly<z.infer<typeof sloRowSchema>>>().toEqualTypeOf<SloRow>()
  expectTypeOf<RunReference>().toEqualTypeOf<Reference>()
  expectTypeOf<MeasuredSystem>().toEqualTypeOf<SystemUnderTest>()
})
