import { expect, test } from 'vitest'
import { parsePage } from '../commands/page.ts'
import { stepsOf } from './steps.ts'

function stepsIn(lines: readonly string[]): ReturnType<typeof stepsOf> {
  const text = lines.join('\n')
  return stepsOf(parsePage('page.md', text), text)
}

test('each line of a shell block is a command, in order, and comments are none', () => {
  const steps = stepsIn(['```bash', '# first', 'cd a', '', 'ls', '```', '```json', '{}', '```'])
  expect(steps.map(({ text, place }) => [text, place])).toEqual([
    ['cd a', 'page.md:3'],
    ['ls', 'page.md:5'],
  ])
})

test('what follows an interactive client in its block is typed into it', () => {
  const client = 'docker exec -it poc4-redis redis-cli'
  const steps = stepsIn(['```bash', client, 'DBSIZE', '```', '```bash', 'ls', '```'])
  expect(steps.map(({ typedInto }) => typedInto)).toEqual([null, client, null])
})

test('expected results are those of the last command before them', () => {
  const list = ['**Expected Results**:', '- P95 Latency: <10ms', '- Success Rate: >99%', '', 'text']
  const steps = stepsIn([
    '```bash',
    'ls',
    'pwd',
    '```',
    ...list,
    '- no result',
    '```sh',
    'id',
    '```',
  ])
  expect(steps.map(({ expected }) => expected)).toEqual([
    [],
    ['P95 Latency: <10ms', 'Success Rate: >99%'],
    [],
  ])
})
