import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Job, type IJob } from 'kubernetes-models/batch/v1'
import { ConfigMap, PersistentVolumeClaim, type IConfigMap } from 'kubernetes-models/v1'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { shardSettings } from '../../src/vitest/shard-settings.ts'

function manifest(name: string): object {
  const path = new URL(name, import.meta.url)
  return parse(readFileSync(path, 'utf8'))
}

const MODELS = { Job, ConfigMap, PersistentVolumeClaim }
const job = manifest('job.yaml') as IJob
const merge = manifest('merge-job.yaml') as IJob
const { data = {} } = manifest('configmap.yaml') as IConfigMap

describe("Kubernetes' own schema", () => {
  test.each([
    ['job.yaml', 'Job'],
    ['merge-job.yaml', 'Job'],
    ['configmap.yaml', 'ConfigMap'],
    ['results.yaml', 'PersistentVolumeClaim'],
  ] as const)('takes %s as a %s', (name, kind) => {
    const read = manifest(name)
    expect(read).toHaveProperty('kind', kind)
    expect(new MODELS[kind](read as never).validate()).toBeUndefined()
  })

  test('refuses a value of the wrong type', () => {
    const text = new Job({ ...job, spec: { ...job.spec, completions: 'five' } } as never)
    expect(() => text.validate()).toThrow(/completions/)
  })
})

/** The schema leaves unknown fields alone, as a cluster would not; the types made from it don't. */
describe('the TypeScript types', () => {
  let folder: string
  beforeAll(() => {
    // Where the packages are found from.
    folder = mkdtempSync(join(import.meta.dirname, '../../node_modules/.kubernetes-'))
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  function compile(manifests: readonly object[]): {
    readonly status: number | null
    readonly out: string
  } {
    const path = join(folder, 'manifests.ts')
    const checks = manifests.map((read) => `${JSON.stringify(read)} satisfies Manifest\n`)
    writeFileSync(path, `${MANIFEST_TYPE}\nexport default [\n${checks.join(',')}]\n`)
    const tsc = fileURLToPath(import.meta.resolve('typescript/package.json'))
    const args = [
      '--ignoreConfig',
      '--noEmit',
      '--strict',
      '--module',
      'nodenext',
      '--skipLibCheck',
    ]
    const { status, stdout } = spawnSync(
      process.execPath,
      [join(tsc, '../bin/tsc'), ...args, path],
      { encoding: 'utf8' },
    )
    return { status, out: stdout }
  }

  test('know every field', () => {
    const files = ['job.yaml', 'merge-job.yaml', 'configmap.yaml', 'results.yaml']
    expect(compile(files.map(manifest))).toEqual({ status: 0, out: '' })
  })

  test('refuse a misspelt field', () => {
    const misspelt = { ...job, spec: { ...job.spec, completion: 5 } }
    const { status, out } = compile([misspelt])
    expect(status).not.toBe(0)
    expect(out).toContain('"completion"')
  })
})

const MANIFEST_TYPE = `
import type { IJob } from 'kubernetes-models/batch/v1'
import type { IConfigMap, IPersistentVolumeClaim } from 'kubernetes-models/v1'
type Manifest = IJob | IConfigMap | IPersistentVolumeClaim`

/** What a container's command is given, with the program that it starts replaced. */
function started(of: IJob, env: Readonly<Record<string, string>>): string {
  const [container] = of.spec?.template.spec?.containers ?? []
  const script = container?.command?.[2] ?? ''
  const command = script.replace(
    'exec npm',
    'exec sh -c \'echo "$BENCH_SHARD $BENCH_RESULTS $@"\' npm',
  )
  const all = { PATH: process.env['PATH'] ?? '', ...data, ...env }
  return execFileSync('sh', ['-c', command], { env: all, encoding: 'utf8' }).trim()
}

describe('the job', () => {
  const completions = job.spec?.completions ?? 0

  test('runs one pod per shard, all at once, as many as the settings say', () => {
    expect(job.spec).toMatchObject({ completionMode: 'Indexed', parallelism: completions })
    expect(data['SHARES']).toBe(String(completions))
  })

  test('gives each pod a different shard, which together make the whole load', () => {
    const shards = Array.from({ length: completions }, (_, index) => {
      const out = started(job, { JOB_COMPLETION_INDEX: String(index) })
      const [BENCH_SHARD, results, ...args] = out.split(' ')
      expect(results).toBe(`/results/${data['BENCH_START_AT']}`)
      expect(args).toEqual(['run', 'bench', '--', data['SCENARIO']])
      return shardSettings({ ...data, BENCH_SHARD })?.shard
    })
    expect(shards).toEqual(shards.map((_, index) => ({ index, of: completions })))
  })

  test('writes to the folder that the merge reads', () => {
    const out = started(merge, {})
    const folder = `/results/${data['BENCH_START_AT']}`
    expect(out).toBe(`${folder} run results -- merge ${folder}/*of${data['SHARES']}.json`)
  })
})
