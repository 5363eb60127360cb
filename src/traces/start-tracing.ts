import { context, ProxyTracerProvider, trace } from '@opentelemetry/api'
import type * as Sdk from '@opentelemetry/sdk-trace'
import type { Sampler, SpanProcessor } from '@opentelemetry/sdk-trace'
import { InputError } from '../input-error.ts'
import { loadSdk } from '../telemetry-sdk/sdk.ts'
import { MAX_TEXT } from './span-record.ts'

/** The attribute that every request of a load has. */
export const OPERATION = 'loadtest.operation'

const NEEDED_FOR = '--traces'

/** Bounds the memory of a span, whatever the system under test writes into it. */
const LIMITS = {
  attributeValueLengthLimit: MAX_TEXT,
  attributeCountLimit: 32,
  linkCountLimit: 8,
  eventCountLimit: 8,
  attributePerEventCountLimit: 8,
  attributePerLinkCountLimit: 8,
}

/** @throws InputError if the SDK is not installed: before anything is measured. */
export async function requireTracing(): Promise<void> {
  await loadSdk('@opentelemetry/sdk-trace', NEEDED_FOR)
  await loadSdk('@opentelemetry/context-async-hooks', NEEDED_FOR)
}

/** What `startTracing` has registered. */
let registered: Sdk.TracerProvider | null = null

/**
 * Registers OpenTelemetry's SDK in this process. It records every span of a request, because which traces are kept is
 * decided when their requests have ended; it records nothing outside of requests.
 * @returns what stops it; spans that end later are not recorded.
 * @throws InputError if the SDK is not installed, or another one is registered in this process.
 */
export async function startTracing(processor: SpanProcessor): Promise<() => Promise<void>> {
  const sdk = await loadSdk('@opentelemetry/sdk-trace', NEEDED_FOR)
  const hooks = await loadSdk('@opentelemetry/context-async-hooks', NEEDED_FOR)
  const provider = new sdk.TracerProvider({
    sampler: new sdk.ParentBasedSampler({ root: requestsOnly(sdk) }),
    spanLimits: LIMITS,
    spanProcessors: [processor],
  })
  if (!trace.setGlobalTracerProvider(provider)) throw alreadyRegistered()
  const contexts = new hooks.AsyncLocalStorageContextManager().enable()
  if (!context.setGlobalContextManager(contexts)) {
    trace.disable()
    throw alreadyRegistered()
  }
  registered = provider
  return async () => {
    registered = null
    trace.disable()
    context.disable()
    await provider.shutdown()
  }
}

/** @throws InputError if code of this process has replaced the SDK that `startTracing` registered: it would get the spans. */
export function checkTracing(): void {
  const current = trace.getTracerProvider()
  const isOurs = current instanceof ProxyTracerProvider && current.getDelegate() === registered
  if (!isOurs) throw alreadyRegistered()
}

/** Samples roots that are requests of a load: set-up and warm-up are in no trace. */
function requestsOnly({ SamplingDecision }: typeof Sdk): Sampler {
  return {
    shouldSample: (_context, _traceId, _name, _kind, attributes) => ({
      decision:
        OPERATION in attributes ? SamplingDecision.RECORD_AND_SAMPLED : SamplingDecision.NOT_RECORD,
    }),
    toString: () => 'requests of a load',
  }
}

function alreadyRegistered(): InputError {
  return new InputError(
    `${NEEDED_FOR}: this process has registered another SDK of OpenTelemetry, which gets the spans. Leave it out of the load test, or leave out ${NEEDED_FOR}.`,
  )
}
