import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { parseAllDocuments } from 'yaml'

/** An object of the Kubernetes API, as far as its kind doesn't matter. */
export interface Manifest {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: { readonly name: string; readonly namespace?: string }
}

export const OVERLAYS = ['small', 'production', 'telemetry'] as const

/** What renders overlays: `kubectl kustomize` since 1.27, or `kustomize build`; `null` if neither is here. */
export const RENDERER = findRenderer()

const FOLDER = fileURLToPath(new URL('../', import.meta.url))

/** All objects of an overlay. @throws Error with what the renderer printed. */
export function render(overlay: (typeof OVERLAYS)[number]): readonly Manifest[] {
  const [program, ...args] = RENDERER ?? []
  if (program === undefined) throw new Error('Neither kubectl nor kustomize is installed.')
  const { status, stdout, stderr } = spawnSync(program, [...args, `${FOLDER}overlays/${overlay}`], {
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(stderr)
  return manifestsIn(stdout)
}

/** The objects of a YAML file. */
export function manifestsIn(text: string): readonly Manifest[] {
  return parseAllDocuments(text).map((document): Manifest => document.toJS())
}

/** kubectl 1.26 and older render by a kustomize without replacements. */
function findRenderer(): readonly string[] | null {
  if (spawnSync('kustomize', ['version']).status === 0) return ['kustomize', 'build']
  const { status, stdout } = spawnSync('kubectl', ['version', '--client', '--output=json'], {
    encoding: 'utf8',
  })
  if (status !== 0) return null
  const { kustomizeVersion = '' }: { readonly kustomizeVersion?: string } = JSON.parse(stdout)
  return /^v(?:[5-9]|\d\d)\./.test(kustomizeVersion) ? ['kubectl', 'kustomize'] : null
}
