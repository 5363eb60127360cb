import { spawn, type ChildProcess } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { afterEach, expect, test } from 'vitest'
import { Family, rootOf } from './family.ts'
import { commandOf, signalProcess } from './processes.ts'

const families: Family[] = []
afterEach(() => {
  for (const family of families.splice(0)) family.end()
})

function start(script: string): { readonly child: ChildProcess; readonly family: Family } {
  const setting = `FAULTS_TEST=${randomUUID()}`
  const child = spawn('sh', ['-c', script], {
    env: { ...process.env, FAULTS_TEST: setting.slice('FAULTS_TEST='.length) },
    stdio: 'ignore',
  })
  const family = new Family(rootOf(child.pid), setting)
  families.push(family)
  return { child, family }
}

function commandsOf(family: Family): readonly string[] {
  return family.members().map(commandOf)
}

test('a process that outlives its parent still belongs to the family', async () => {
  const { child, family } = start('sleep 301 & sleep 302 & wait')
  const both = ['sleep 301', 'sleep 302']
  await expect.poll(() => commandsOf(family)).toEqual(expect.arrayContaining(both))
  child.kill('SIGKILL')
  await once(child, 'exit')
  await expect.poll(() => [...commandsOf(family)].sort()).toEqual(both)
})

test('a process that left its session still belongs to the family', async () => {
  const { family } = start('setsid sleep 303 & exec sleep 304')
  await expect.poll(() => [...commandsOf(family)].sort()).toEqual(['sleep 303', 'sleep 304'])
})

test('ending a family ends all of its processes', async () => {
  const { family } = start('sleep 305 & sleep 306 & wait')
  await expect.poll(() => commandsOf(family)).toEqual(expect.arrayContaining(['sleep 306']))
  family.end()
  await expect.poll(() => commandsOf(family)).toEqual([])
})

test('a signal never reaches another process that reused the id', async () => {
  const { family } = start('exec sleep 307')
  await expect.poll(() => commandsOf(family)).toEqual(['sleep 307'])
  const [member] = family.members()
  if (member === undefined) throw new Error('the process is running')
  const earlier = { ...member, startTicks: member.startTicks - 1 }
  expect(signalProcess(earlier, 'SIGKILL')).toBe(false)
  expect(commandsOf(family)).toEqual(['sleep 307'])
})
