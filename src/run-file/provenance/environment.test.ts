import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { readCgroupLimits } from './cgroup.ts'
import { readEnvironment } from './environment.ts'
import { runFileSchema } from '../run-file.ts'

test("this machine's environment is valid in the schema, with every version known", () => {
  const environment = readEnvironment()
  expect(runFileSchema.shape.environment.parse(environment)).toEqual(environment)
  expect(environment.nodeVersion).toMatch(/^\d+\.\d+\.\d+/)
  for (const version of Object.values(environment.packages)) expect(version).toMatch(/^\d+\.\d+/)
})

test('the environment is the same every time', () => {
  expect(readEnvironment()).toEqual(readEnvironment())
})

describe('limits of control groups', () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'cgroup-'))
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  function limitsOf(membership: string, files: Readonly<Record<string, string>>) {
    const entries = Object.entries({ membership, ...files })
    for (const [name, text] of entries) {
      const path = join(folder, name)
      mkdirSync(dirname(path), { recursive: true })
      writeFileSync(path, text)
    }
    return readCgroupLimits(join(folder, 'membership'), folder)
  }

  test("version 2: of the process's group", () => {
    const limits = limitsOf('0::/user/run\n', {
      'user/run/cpu.max': '150000 100000\n',
      'user/run/memory.max': '1073741824\n',
    })
    expect(limits).toEqual({ cpuCores: 1.5, memoryBytes: 2 ** 30 })
  })

  test('version 2: a parent group may be tighter', () => {
    const limits = limitsOf('0::/user/run\n', {
      'user/cpu.max': '50000 100000\n',
      'user/run/cpu.max': '150000 100000\n',
      'user/run/memory.max': 'max\n',
    })
    expect(limits).toEqual({ cpuCores: 0.5, memoryBytes: null })
  })

  test('version 1, in a container whose own group looks like the root', () => {
    const limits = limitsOf('4:memory:/docker/abc\n3:cpu,cpuacct:/docker/abc\n', {
      'cpu/cpu.cfs_quota_us': '200000\n',
      'cpu/cpu.cfs_period_us': '100000\n',
      'memory/memory.limit_in_bytes': '536870912\n',
    })
    expect(limits).toEqual({ cpuCores: 2, memoryBytes: 2 ** 29 })
  })

  test('version 1: no limits', () => {
    const limits = limitsOf('4:memory:/\n3:cpu,cpuacct:/\n', {
      'cpu/cpu.cfs_quota_us': '-1\n',
      'cpu/cpu.cfs_period_us': '100000\n',
      'memory/memory.limit_in_bytes': '9223372036854771712\n',
    })
    expect(limits).toEqual({ cpuCores: null, memoryBytes: null })
  })

  test('a system without control groups has no limits', () => {
    expect(readCgroupLimits(join(folder, 'nothing'), folder)).toEqual({
      cpuCores: null,
      memoryBytes: null,
    })
  })
})
