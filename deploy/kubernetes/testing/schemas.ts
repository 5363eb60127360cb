import { Deployment, StatefulSet } from 'kubernetes-models/apps/v1'
import { CronJob } from 'kubernetes-models/batch/v1'
import { NetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1'
import { PodDisruptionBudget } from 'kubernetes-models/policy/v1'
import { Role, RoleBinding } from 'kubernetes-models/rbac.authorization.k8s.io/v1'
import {
  ConfigMap,
  Namespace,
  PersistentVolumeClaim,
  Service,
  ServiceAccount,
} from 'kubernetes-models/v1'
import type { Manifest } from './render.ts'

/** Kubernetes' own schema of each kind that is used here, and where its TypeScript type is. */
const KINDS = {
  'apps/v1': { Deployment, StatefulSet },
  'batch/v1': { CronJob },
  'networking.k8s.io/v1': { NetworkPolicy },
  'policy/v1': { PodDisruptionBudget },
  'rbac.authorization.k8s.io/v1': { Role, RoleBinding },
  v1: { ConfigMap, Namespace, PersistentVolumeClaim, Service, ServiceAccount },
} as const

/** @throws Error that names the field, or for a kind that isn't listed here. */
export function validate(manifest: Manifest): void {
  const kinds: Readonly<Record<string, new (of: never) => { validate(): void }>> =
    KINDS[manifest.apiVersion as keyof typeof KINDS] ?? {}
  const Model = kinds[manifest.kind]
  if (Model === undefined) throw new Error(`${manifest.apiVersion} ${manifest.kind} has no schema`)
  new Model(manifest as never).validate()
}

/**
 * A program that passes the type check if each object has only fields that its kind has. The schemas leave
 * unknown fields alone, as a cluster does, too.
 */
export function programOf(manifests: readonly Manifest[]): string {
  const imports = Object.entries(KINDS).flatMap(([apiVersion, kinds]) =>
    Object.keys(kinds).map(
      (kind) => `import type { I${kind} } from 'kubernetes-models/${apiVersion}'`,
    ),
  )
  const checks = manifests.map((of) => `${JSON.stringify(of)} satisfies I${of.kind}\n`)
  return `${imports.join('\n')}\nexport default [\n${checks.join(',')}]\n`
}
