import { formatSeconds } from '../../format.ts'
import type { Backends } from '../../environment/backends.ts'
import { admittedNatsUrls } from '../../environment/admitted-urls.ts'
import { InputError } from '../../input-error.ts'
import { readCommit } from '../../run-file/provenance/git.ts'
import { RUNNING_SYSTEM } from '../running-system.ts'
import {
  MET_RUN,
  shardSettings,
  type MeetingSettings,
  type ShardSettings,
} from '../shard-settings.ts'
import { joinBarrier } from './join-barrier.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** What all shards of a run have in common. */
export interface MeetingPlan {
  readonly scenario: string
  readonly profile: string
  /** Overrides the scenario's duration; `null` does not. */
  readonly durationMs: number | null
}

/**
 * Waits for the other shards, if they find each other by messages, and notes in `env` on which run they agreed.
 * @param meeting `null` if nobody has to be waited for.
 * @param say shows a line to the user.
 * @returns which shard this is, and when it starts; `null` for the whole load.
 * @throws InputError as `meet` does.
 */
export async function joinShards(
  meeting: MeetingSettings | null,
  plan: MeetingPlan,
  env: Record<string, string | undefined>,
  say: (text: string) => void,
): Promise<ShardSettings | null> {
  if (meeting !== null) {
    const { index, of } = meeting.shard
    say(`shard ${index + 1} of ${of} waits for the others …\n`)
    env[MET_RUN] = await meet(meeting, plan, env)
  }
  return shardSettings(env)
}

/**
 * Waits for all shards of a run before anything is prepared: what they prepare has a common name.
 * @returns the id of the run, which no other run has.
 * @throws InputError if a shard is missing, there twice, or of another run, or without NATS.
 */
async function meet(
  { shard, run, readyWithinMs }: MeetingSettings,
  { scenario, profile, durationMs }: MeetingPlan,
  env: Environment,
): Promise<string> {
  const natsUrls = barrierServers(env)
  const commit = await readCommit(process.cwd())
  const commitText = commit === null ? 'none' : `${commit.short}${commit.isDirty ? '-dirty' : ''}`
  const facts = {
    'the number of shards': String(shard.of),
    'the scenario': scenario,
    'the commit': commitText,
    'the profile': profile,
    'the duration': durationMs === null ? "the scenario's" : formatSeconds(durationMs),
  }
  const name = run ?? `${commitText} ${scenario}`
  const party = { shard: shard.index + 1, of: shard.of, facts, readyWithinMs }
  const start = await joinBarrier({ natsUrls, name, round: 'meeting' }, party)
  if (start === null) throw new TypeError('a meeting can not be aborted')
  return start.id
}

/**
 * The NATS servers over which shards wait for each other: those under test.
 * @throws InputError if there are none.
 */
export function barrierServers(env: Environment): readonly string[] {
  const given = env[RUNNING_SYSTEM]
  if (given) {
    const { provide }: { provide: { backends?: Backends } } = JSON.parse(given)
    const { backends } = provide
    if (backends !== undefined && backends.kind !== 'memory') return backends.natsUrls
  }
  if (env['NATS_URL']) return admittedNatsUrls(env['NATS_URL'], env)
  throw new InputError(
    '--shard: the shards wait for each other by messages over NATS. Set NATS_URL, or the start of all by --start-at, such as 2026-01-02T03:04:05Z.',
  )
}
