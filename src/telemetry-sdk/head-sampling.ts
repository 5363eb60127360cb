import {
  context,
  createContextKey,
  INVALID_SPAN_CONTEXT,
  trace,
  type Tracer,
  type TracerProvider,
} from '@opentelemetry/api'
import type { Sampler } from '@opentelemetry/sdk-trace'
import { SCOPE } from '../registry/telemetry/registered-meter.ts'

/** Marks the context of a root that was drawn. */
const DRAWN = createContextKey('prism-loadtest: drawn')

/** The span of a call that is in no trace. */
const NO_SPAN = trace.wrapSpanContext(INVALID_SPAN_CONTEXT)

/** A sampler of roots: takes those of the registry that were drawn. @param root decides about all others. */
export function drawnOr(root: Sampler, taken: ReturnType<Sampler['shouldSample']>): Sampler {
  return {
    shouldSample: (of, ...others) =>
      of.getValue(DRAWN) === true ? taken : root.shouldSample(of, ...others),
    toString: () => `drawn, or ${root.toString()}`,
  }
}

/**
 * Draws which of the registry's calls begin a trace before their spans are made. An SDK makes a span with identifiers
 * for every call and then drops it, which takes a tenth of the time of a register; a call that isn't drawn is in no trace at all.
 * Calls within a span, and spans of others, are left to the SDK.
 * @param ratio of calls that begin a trace, 0 to 1.
 */
export function headSampled(provider: TracerProvider, ratio: number): TracerProvider {
  return {
    getTracer: (name, version, options) => {
      const tracer = provider.getTracer(name, version, options)
      return name === SCOPE ? drawing(tracer, ratio) : tracer
    },
  }
}

function drawing(tracer: Tracer, ratio: number): Tracer {
  return {
    startSpan: (name, options, of = context.active()) => {
      if (trace.getSpan(of) !== undefined) return tracer.startSpan(name, options, of)
      if (Math.random() >= ratio) return NO_SPAN
      return tracer.startSpan(name, options, of.setValue(DRAWN, true))
    },
    // The registry doesn't use it.
    startActiveSpan: tracer.startActiveSpan.bind(tracer),
  }
}
