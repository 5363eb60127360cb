import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { ICronJob } from 'kubernetes-models/batch/v1'
import type { INetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { containersOf, podTemplatesOf } from './testing/pods.ts'
import { manifestsIn, OVERLAYS, render, RENDERER, type Manifest } from './testing/render.ts'
import { programOf, validate } from './testing/schemas.ts'

/** The resources as they are written: those of base/, and what components and overlays add. */
function writtenManifests(): readonly Manifest[] {
  const files = readdirSync(import.meta.dirname, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.yaml') && !name.endsWith('kustomization.yaml'))
    // The others of overlays and components are patches, which aren't whole.
    .filter((name) => /^base\/|access\.yaml$|settings\.yaml$/.test(name))
  return files.flatMap((name) => manifestsIn(readFileSync(join(import.meta.dirname, name), 'utf8')))
}

describe("Kubernetes' own schema", () => {
  test('takes every resource as it is written', () => {
    const manifests = writtenManifests()
    expect(manifests.length).toBeGreaterThan(15)
    for (const manifest of manifests) expect(() => validate(manifest)).not.toThrow()
  })

  test('refuses a value of the wrong type', () => {
    const job = writtenManifests().find(({ kind }) => kind === 'CronJob') as Manifest & ICronJob
    const text = { ...job, spec: { ...job.spec, suspend: 'maybe' } }
    expect(() => validate(text)).toThrow(/suspend/)
  })
})

/** The schema leaves unknown fields alone, as a cluster does; the types made from it don't. */
describe('the TypeScript types', () => {
  let folder: string
  beforeAll(() => {
    // Where the packages are found from.
    folder = mkdtempSync(join(import.meta.dirname, '../../node_modules/.kubernetes-'))
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  function compile(manifests: readonly Manifest[]): {
    readonly status: number | null
    readonly out: string
  } {
    const path = join(folder, 'manifests.ts')
    writeFileSync(path, programOf(manifests))
    const tsc = fileURLToPath(import.meta.resolve('typescript/package.json'))
    const args = '--ignoreConfig --noEmit --strict --module nodenext --skipLibCheck'.split(' ')
    const { status, stdout } = spawnSync(
      process.execPath,
      [join(tsc, '../bin/tsc'), ...args, path],
      { encoding: 'utf8' },
    )
    return { status, out: stdout }
  }

  test('know every field, also those that overlays patch', () => {
    const rendered = RENDERER === null ? [] : OVERLAYS.flatMap(render)
    expect(compile([...writtenManifests(), ...rendered])).toEqual({ status: 0, out: '' })
  })

  test('refuse a misspelt field', () => {
    const [first] = writtenManifests()
    const { status, out } = compile([{ ...first, metaData: {} } as unknown as Manifest])
    expect(status).not.toBe(0)
    expect(out).toContain('metaData')
  })
})

// Without kustomize or kubectl, only what is written is checked: neither is a package of npm, Debian or Ubuntu.
if (RENDERER !== null) {
  describe.for(OVERLAYS)('the overlay %s', (overlay) => {
    let manifests: readonly Manifest[]
    let pods: ReturnType<typeof podTemplatesOf>
    beforeAll(() => {
      manifests = render(overlay)
      pods = podTemplatesOf(manifests)
    })

    test('is valid when rendered, and all of it is in the namespace prism-loadtest', () => {
      for (const manifest of manifests) {
        validate(manifest)
        if (manifest.kind === 'Namespace') expect(manifest.metadata.name).toBe('prism-loadtest')
        else expect(manifest.metadata.namespace).toBe('prism-loadtest')
      }
    })

    test('has the number of shards in one place', () => {
      const job = manifests.find(({ kind }) => kind === 'CronJob') as Manifest & ICronJob
      const settings = manifests.find(
        ({ kind, metadata }) => kind === 'ConfigMap' && metadata.name === 'prism-loadtest',
      ) as Manifest & { data: Record<string, string> }
      const shards = Number(settings.data['SHARDS'])
      expect(shards).toBeGreaterThan(1)
      expect(job.spec?.jobTemplate.spec).toMatchObject({
        completionMode: 'Indexed',
        completions: shards,
        parallelism: shards,
      })
    })

    test('tells figures of a load to Prometheus and a collector, only if it has the component for that', () => {
      const load = pods.find(({ name }) => name === 'prism-loadtest')
      const flags = load?.template.spec?.initContainers?.[0]?.env?.find(
        ({ name }) => name === 'TELEMETRY_FLAGS',
      )?.value
      const rules = manifests.find(({ metadata }) => metadata.name === 'prometheus-rules')
      if (overlay === 'telemetry') {
        expect(flags).toMatch(/--prometheus 0\.0\.0\.0:9464 --otlp http/)
        expect(rules).toHaveProperty('data', { 'rules.yml': expect.stringContaining('groups:') })
      } else {
        expect([flags, rules]).toEqual([undefined, undefined])
      }
    })

    test('runs nothing as root, with privileges, or with a root file system to write to', () => {
      for (const pod of pods) {
        expect(pod.template.spec?.securityContext, pod.name).toMatchObject({
          runAsNonRoot: true,
          seccompProfile: { type: 'RuntimeDefault' },
        })
        for (const container of containersOf(pod)) {
          expect(container.securityContext, `${pod.name}/${container.name}`).toEqual({
            allowPrivilegeEscalation: false,
            readOnlyRootFilesystem: true,
            capabilities: { drop: ['ALL'] },
          })
        }
      }
    })

    test('bounds what each container takes, and asks for what it needs', () => {
      for (const container of pods.flatMap(containersOf)) {
        expect(container.resources?.requests, container.name).toHaveProperty('cpu')
        expect(container.resources?.requests, container.name).toHaveProperty('memory')
        expect(container.resources?.limits, container.name).toHaveProperty('cpu')
        expect(container.resources?.limits, container.name).toHaveProperty('memory')
      }
    })

    test('gives every server probes, a volume, and a budget of disruptions', () => {
      for (const name of ['redis', 'nats']) {
        const [server] = pods.filter((pod) => pod.name === name).flatMap(containersOf)
        expect(server).toHaveProperty('startupProbe')
        expect(server).toHaveProperty('readinessProbe')
        expect(server).toHaveProperty('livenessProbe')
        expect(server?.volumeMounts?.map(({ mountPath }) => mountPath)).toContain('/data')
        const budget = manifests.find(
          ({ kind, metadata }) => kind === 'PodDisruptionBudget' && metadata.name === name,
        )
        expect(budget).toMatchObject({
          spec: { selector: { matchLabels: { 'app.kubernetes.io/name': name } } },
        })
      }
    })

    test('keeps nodes of one kind apart: always in production, where possible elsewhere', () => {
      const key =
        overlay === 'production'
          ? 'requiredDuringSchedulingIgnoredDuringExecution'
          : 'preferredDuringSchedulingIgnoredDuringExecution'
      for (const { name, template } of pods.filter((pod) => /^(redis|nats)$/.test(pod.name))) {
        expect(Object.keys(template.spec?.affinity?.podAntiAffinity ?? {}), name).toEqual([key])
      }
    })

    test('denies all traffic, but for what each kind of pod needs', () => {
      const policies = manifests.filter(({ kind }) => kind === 'NetworkPolicy') as (Manifest &
        INetworkPolicy)[]
      const all = policies.find(({ metadata }) => metadata.name === 'default-deny')
      expect(all?.spec).toEqual({ podSelector: {}, policyTypes: ['Ingress', 'Egress'] })
      const selected = policies.map(
        ({ spec }) => spec?.podSelector?.matchLabels?.['app.kubernetes.io/name'],
      )
      for (const { name } of pods) expect(selected).toContain(name)
    })

    test('has no password: the Secret is made by whoever applies it', () => {
      expect(manifests.filter(({ kind }) => kind === 'Secret')).toEqual([])
      for (const container of pods.flatMap(containersOf)) {
        for (const { name, value, valueFrom } of container.env ?? []) {
          if (!name.endsWith('_PASSWORD')) continue
          expect(value).toBeUndefined()
          expect(valueFrom?.secretKeyRef).toEqual({ name: 'prism-loadtest', key: name })
        }
      }
    })
  })
}
