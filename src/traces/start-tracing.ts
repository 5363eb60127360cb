import { context, trace } from '@opentelemetry/api'
import type { SpanProcessor } from '@opentelemetry/sdk-trace'
import { InputError } from '../input-error.ts'
import { loadSdk } from '../telemetry-sdk/sdk.ts'

const NEEDED_FOR = '--traces'

/** Bounds the memory of a span, whatever the system under test writes into it. */
const LIMITS = {
  attributeValueLengthLimit: 1_000,
  attributeCountLimit: 32,
  linkCountLimit: 8,
  eventCountLimit: 8,
  attributePerEventCountLimit: 8,
  attributePerLinkCountLimit: 8,
}

/**
 * Registers OpenTelemetry's SDK in this process. It records every span, because which traces are kept is decided when
 * their requests have ended.
 * @returns what stops it; spans that end later are not recorded.
 * @throws InputError if the SDK is not installed, or another one is registered in this process.
 */
export async function startTracing(processor: SpanProcessor): Promise<() => Promise<void>> {
  const sdk = await loadSdk('@opentelemetry/sdk-trace', NEEDED_FOR)
  const hooks = await loadSdk('@opentelemetry/context-async-hooks', NEEDED_FOR)
  const provider = new sdk.TracerProvider({
    sampler: new sdk.AlwaysOnSampler(),
    spanLimits: LIMITS,
    spanProcessors: [processor],
  })
  if (!trace.setGlobalTracerProvider(provider)) throw alreadyRegistered()
  const contexts = new hooks.AsyncLocalStorageContextManager().enable()
  if (!context.setGlobalContextManager(contexts)) {
    trace.disable()
    throw alreadyRegistered()
  }
  return async () => {
    trace.disable()
    context.disable()
    await provider.shutdown()
  }
}

function alreadyRegistered(): InputError {
  return new InputError(
    `${NEEDED_FOR}: this process has registered an SDK of OpenTelemetry already, which gets the spans. Leave it out of the load test, or leave out ${NEEDED_FOR}.`,
  )
}
