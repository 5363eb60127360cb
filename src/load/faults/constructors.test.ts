import { describe, expect, test } from 'vitest'
import type { Fault } from './fault.ts'
import { drain, failover, kill, restart } from './lasting-faults.ts'
import { cut, fillDisk, partition, pause, slow } from './passing-faults.ts'

/** Notes what is done to it, and has every ability. */
class Node {
  readonly label = 'node 2'
  readonly done: unknown[] = []
  readonly failing: string | null

  constructor(failing: string | null = null) {
    this.failing = failing
  }

  kill = this.#act('kill')
  restart = this.#act('restart')
  failover = this.#act('failover')
  drain = this.#act('drain')
  pause = this.#act('pause')
  resume = this.#act('resume')
  cut = this.#act('cut')
  slow = this.#act('slow')
  mend = this.#act('mend')
  partition = this.#act('partition')
  rejoin = this.#act('rejoin')
  fillDisk = this.#act('fillDisk')
  freeDisk = this.#act('freeDisk')

  #act(name: string): (...given: unknown[]) => Promise<string> {
    return async (...given) => {
      this.done.push([name, ...given])
      if (name === this.failing) throw new Error(`can't ${name}`)
      return 'at 127.0.0.1:1'
    }
  }
}

async function inject(fault: Fault, signal = new AbortController().signal): Promise<unknown[]> {
  const told: unknown[] = []
  await fault.inject({ signal, begun: (what) => told.push(what) })
  return told
}

describe('a fault acts on its target, and says on what exactly:', () => {
  test.each<[string, (node: Node) => Fault, unknown[], unknown[]]>([
    ['kill node 2', kill, [['kill']], ['at 127.0.0.1:1']],
    ['restart node 2', restart, [['restart', 'kept']], [undefined, 'at 127.0.0.1:1']],
    [
      'restart node 2 without its data',
      (node) => restart(node, { data: 'lost' }),
      [['restart', 'lost']],
      [undefined, 'at 127.0.0.1:1'],
    ],
    ['failover of node 2', failover, [['failover']], [undefined, 'at 127.0.0.1:1']],
    ['drain node 2', drain, [['drain']], [undefined, 'at 127.0.0.1:1']],
    [
      'pause node 2 for 2 ms',
      (node) => pause(node, '2ms'),
      [['pause'], ['resume']],
      ['at 127.0.0.1:1'],
    ],
    ['cut node 2 for 2 ms', (node) => cut(node, '2ms'), [['cut'], ['mend']], ['at 127.0.0.1:1']],
    [
      'slow node 2 by 50 ms for 2 ms',
      (node) => slow(node, '50ms', '2ms'),
      [['slow', 50], ['mend']],
      ['at 127.0.0.1:1'],
    ],
    [
      'partition node 2 for 2 ms',
      (node) => partition(node, '2ms'),
      [['partition'], ['rejoin']],
      ['at 127.0.0.1:1'],
    ],
    [
      'fill the disk of node 2 for 2 ms',
      (node) => fillDisk(node, '2ms'),
      [['fillDisk'], ['freeDisk']],
      ['at 127.0.0.1:1'],
    ],
  ])('%s', async (label, make, done, told) => {
    const node = new Node()
    const fault = make(node)
    expect(fault.label).toBe(label)
    expect(await inject(fault)).toEqual(told)
    expect(node.done).toEqual(done)
  })
})

test('a fault that passes is mended as soon as the load ends', async () => {
  const node = new Node()
  const controller = new AbortController()
  const injected = inject(cut(node, '1h'), controller.signal)
  controller.abort()
  await injected
  expect(node.done).toEqual([['cut'], ['mend']])
})

test('a fault that could not be injected is undone as far as possible, and fails', async () => {
  const node = new Node('cut')
  await expect(inject(cut(node, '1h'))).rejects.toThrow("can't cut")
  expect(node.done).toEqual([['cut'], ['mend']])
})

test('a fault that could not be mended fails', async () => {
  await expect(inject(pause(new Node('resume'), '1ms'))).rejects.toThrow("can't resume")
})

describe('mistakes are rejected where the fault is made:', () => {
  const plain = { label: 'NATS node 2', pause: async () => {}, resume: async () => {} }
  test.each<[string, () => unknown, RegExp]>([
    [
      'a target without the ability',
      () => kill(plain as never),
      /^kill needs a target with kill\(\); NATS node 2 has pause\(\) and resume\(\)\.$/,
    ],
    [
      'half an ability',
      () => cut({ ...plain, cut: async () => {} } as never, '1s'),
      /cut\(\) and mend\(\); NATS/,
    ],
    ['a target without abilities', () => drain({ label: 'x' } as never), /x has none of these/],
    ['no target', () => kill(undefined as never), /kill: undefined is not a target/],
    ['a target without a label', () => kill({ kill: async () => {} } as never), /label: undefined/],
    ['no time', () => pause(plain, '0s'), /pause: "0s" is no time at all/],
    ['not a time', () => pause(plain, '3' as never), /pause: "3" is not a duration/],
    [
      'other data',
      () => restart(new Node(), { data: 'some' as never }),
      /restart: data: 'some' is not valid/,
    ],
  ])('%s', (_, make, message) => {
    expect(make).toThrow(message)
  })
})

test('each shard breaks a target of its own, and only the first one those that all share', () => {
  const own = Object.assign(new Node(), { isOfShard: true })
  const constructors: readonly ((node: Node) => Fault)[] = [
    kill,
    restart,
    (node) => pause(node, '2ms'),
    (node) => cut(node, '2ms'),
    (node) => slow(node, '1ms', '2ms'),
  ]
  for (const construct of constructors) {
    expect(construct(own)).toMatchObject({ isInEveryShard: true })
    expect(construct(new Node())).not.toHaveProperty('isInEveryShard')
  }
})
