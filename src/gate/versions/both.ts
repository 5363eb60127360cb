/** The two versions that a gate compares: `--base` names the baseline, `--head` the candidate. */
export type VersionName = 'baseline' | 'candidate'

/** One value per version. */
export type Both<T> = Readonly<Record<VersionName, T>>

/** What `gate.json` and the folders of run files call them. */
export const RELEASED_NAMES = {
  baseline: 'base',
  candidate: 'head',
} as const satisfies Both<string>
