import { ROOT_CONTEXT, trace, TraceFlags } from '@opentelemetry/api'
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  ParentBasedSampler,
  SamplingDecision,
  TracerProvider,
} from '@opentelemetry/sdk-trace'
import { expect, test } from 'vitest'
import { SCOPE } from '../registry/telemetry/registered-meter.ts'
import { drawnOr, headSampled } from './head-sampling.ts'

test('a call of the registry that is drawn begins a trace; others are in none', () => {
  const never = new AlwaysOffSampler()
  const root = drawnOr(never, { decision: SamplingDecision.RECORD_AND_SAMPLED })
  const provider = new TracerProvider({ sampler: new ParentBasedSampler({ root }) })
  const begin = (ratio: number) =>
    headSampled(provider, ratio).getTracer(SCOPE).startSpan('registry.register', {}, ROOT_CONTEXT)
  expect(trace.isSpanContextValid(begin(0).spanContext())).toBe(false)
  expect(begin(1).isRecording()).toBe(true)
})

test('calls within a span, and spans of others, are left to the SDK', () => {
  const provider = headSampled(new TracerProvider({ sampler: new AlwaysOnSampler() }), 0)
  const others = provider.getTracer('http').startSpan('GET /', {}, ROOT_CONTEXT)
  expect(others.spanContext().traceFlags).toBe(TraceFlags.SAMPLED)
  const inside = trace.setSpan(ROOT_CONTEXT, others)
  const call = provider.getTracer(SCOPE).startSpan('registry.register', {}, inside)
  expect(call.spanContext().traceId).toBe(others.spanContext().traceId)
  expect(call.isRecording()).toBe(true)
})
