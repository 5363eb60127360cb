/** The two versions that a gate compares: `--base` names the baseline, `--head` the candidate. */
export type VersionName = 'baseline' | 'candidate'

/** One value per version. */
export type Both<T> = Readonly<Record<VersionName, T>>

/** Their names in `gate.json` and in the folders of run files. */
export const RELEASED_NAMES = {
  baseline: 'base',
  candidate: 'head',
} as const satisfies Both<string>
