import type { IStatefulSet, IDeployment } from 'kubernetes-models/apps/v1'
import type { ICronJob } from 'kubernetes-models/batch/v1'
import type { IContainer, IPodTemplateSpec } from 'kubernetes-models/v1'
import type { Manifest } from './render.ts'

/** What pods are made from, with the name of what makes them. */
export interface PodTemplate {
  readonly name: string
  readonly template: IPodTemplateSpec
}

/** The templates of all pods that these objects make. */
export function podTemplatesOf(manifests: readonly Manifest[]): readonly PodTemplate[] {
  return manifests.flatMap((manifest) => {
    const template = templateOf(manifest)
    return template === undefined ? [] : [{ name: manifest.metadata.name, template }]
  })
}

function templateOf(manifest: Manifest): IPodTemplateSpec | undefined {
  switch (manifest.kind) {
    case 'CronJob':
      return (manifest as Manifest & ICronJob).spec?.jobTemplate.spec?.template
    case 'StatefulSet':
    case 'Deployment':
      return (manifest as Manifest & (IStatefulSet | IDeployment)).spec?.template
    default:
      return undefined
  }
}

/** A pod's containers, those that run first first. */
export function containersOf({ template }: PodTemplate): readonly IContainer[] {
  return [...(template.spec?.initContainers ?? []), ...(template.spec?.containers ?? [])]
}
