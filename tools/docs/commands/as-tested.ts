import { hostAndPort } from '../../../src/environment/addresses.ts'

/** Servers for commands that name some. */
export interface Servers {
  readonly redisUrl: string
  readonly natsUrl: string
}

/**
 * A command as it is run by the tests. It is changed in three respects only:
 *
 * - what lasts, lasts a second: `-d`, `--duration`, and `BENCH_DURATION` where neither is given
 * - a gate's `--budget` is 15 s, in which it decides nothing about a scenario, but has to say so
 * - servers at their usual ports are the tests' own
 */
export function asTested(text: string, { redisUrl, natsUrl }: Servers): string {
  return text
    .replaceAll(/(?<= )(-d|--duration)[ =]\d+(?:ms|s|m|h)\b/g, '$1 1s')
    .replaceAll(/(?<= --budget )\S+/g, '15s')
    .replaceAll(/\b(?:localhost|127\.0\.0\.1):6379\b/g, hostAndPort(redisUrl))
    .replaceAll(/\b(?:localhost|127\.0\.0\.1):4222\b/g, hostAndPort(natsUrl))
}

/** What loads are measured by; see `EXIT` of src/run-file/outcome.ts. */
const MEASURING =
  /\bnpm run (?:bench|loadtest -- (?:register|enumerate|multicast|mixed)|results -- merge|gate)\b|\bvitest run --project load\b/
/** What does not go on with measurements that can't be trusted. */
const JUDGING = /\bnpm run (?:compare|results -- export)\b/

/**
 * The exit codes that show that a command works. A load may miss its SLO, or be measured too badly to
 * say, on a machine that is busy with other tests; what is broken ends with 2.
 */
export function allowedExitCodes(text: string): readonly number[] {
  if (JUDGING.test(text)) return [0, 3]
  return MEASURING.test(text) && !text.endsWith('--help') ? [0, 1, 3] : [0]
}
