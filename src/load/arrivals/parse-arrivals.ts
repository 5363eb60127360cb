import type { Duration } from '../duration.ts'
import { InputError } from '../../input-error.ts'
import { lengthMs } from './arguments.ts'
import type { Arrivals } from './arrivals.ts'
import { burst } from './burst.ts'
import { constant } from './constant.ts'
import { poisson } from './poisson.ts'
import { ramp } from './ramp.ts'
import { replay } from './replay.ts'
import { sine } from './sine.ts'
import { steps } from './steps.ts'

/** The settings of a load that its arrivals use when they are written as text. */
export interface ArrivalsContext {
  /** Requests/s; `null` is the default, 100. */
  readonly ratePerSecond: number | null
  /** The measured time, which is the default length of a ramp. */
  readonly durationMs: number
  /** The random seed of random arrivals. */
  readonly seed: number
}

/** Requests/s of a load that says nothing else. */
const DEFAULT_RATE_PER_SECOND = 100

/** The text forms, one per line. */
export const ARRIVALS_FORMS = `constant                 evenly spaced, at the rate
poisson                  random, at the rate on average
burst:500x1s/6s          500/s for 1 s of every 6 s, and the rate in between
sine:50/30s              50/s above and below the rate, with a period of 30 s
ramp:10-500              from 10/s to 500/s over the whole duration
ramp:10-500/30s          … over the first 30 s
steps:100x10s,200x10s    100/s for 10 s, then 200/s for 10 s
replay:<file>            recorded start times: one per line, in ms from the beginning`

/**
 * Reads arrivals as they are written on a command line; `ARRIVALS_FORMS` shows each form.
 * @throws InputError for any other text, figures out of range, and a rate beside arrivals that have
 *   rates of their own.
 */
export function parseArrivals(text: string, context: ArrivalsContext): Arrivals {
  const { kind, rest } = kindAndRest(text)
  const { ratePerSecond, durationMs, seed } = context
  const rate = ratePerSecond ?? DEFAULT_RATE_PER_SECOND
  switch (kind) {
    case 'constant':
      return rest === '' ? constant(rate) : refuse(text)
    case 'poisson':
      return rest === '' ? poisson(rate, { seed }) : refuse(text)
    case 'burst': {
      const [, of = '', length = '', every = ''] =
        /^([\d.]+)x(\w[\w.]*)\/(\w[\w.]*)$/.exec(rest) ?? refuse(text)
      return burst({ rate: Number(of), for: duration(length), every: duration(every), base: rate })
    }
    case 'sine': {
      const [, amplitude = '', period = ''] = /^([\d.]+)\/(\w[\w.]*)$/.exec(rest) ?? refuse(text)
      return sine({ mean: rate, amplitude: Number(amplitude), period: duration(period) })
    }
    case 'ramp': {
      checkNoRate(kind, ratePerSecond)
      const [, from = '', to = '', over] =
        /^([\d.]+)-([\d.]+)(?:\/(\w[\w.]*))?$/.exec(rest) ?? refuse(text)
      const length = over === undefined ? (`${durationMs}ms` as const) : duration(over)
      return ramp(Number(from), Number(to), length)
    }
    case 'steps':
      checkNoRate(kind, ratePerSecond)
      return steps(
        rest.split(',').map((step) => {
          const [, of = '', length = ''] = /^([\d.]+)x(\w[\w.]*)$/.exec(step) ?? refuse(text)
          return { rate: Number(of), for: duration(length) }
        }),
      )
    case 'replay':
      checkNoRate(kind, ratePerSecond)
      return rest === '' ? refuse(text) : replay(rest)
    default:
      return refuse(text)
  }
}

/**
 * The file that arrivals are replayed from; `null` of any other arrivals.
 */
export function replayedFile(text: string): string | null {
  const { kind, rest } = kindAndRest(text)
  return kind === 'replay' && rest !== '' ? rest : null
}

function kindAndRest(text: string): { readonly kind: string; readonly rest: string } {
  const [, kind = '', rest = ''] = /^([a-z]+)(?::(.*))?$/.exec(text) ?? []
  return { kind, rest }
}

/** A rate without effect is a mistake. */
function checkNoRate(kind: string, ratePerSecond: number | null): void {
  if (ratePerSecond === null) return
  throw new InputError(
    `arrivals: ${kind} has rates of its own, and the rate ${ratePerSecond}/s has no effect. Leave one of them out.`,
  )
}

function duration(text: string): Duration {
  return `${lengthMs(text, 'arrivals')}ms`
}

function refuse(text: string): never {
  throw new InputError(
    `arrivals: "${text}" is not a valid form. Write constant, poisson, burst:500x1s/6s, sine:50/30s, ramp:10-500, ramp:10-500/30s, steps:100x10s,200x10s or replay:<file>.`,
  )
}
