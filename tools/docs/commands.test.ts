import { expect, test } from 'vitest'
import { scriptsOf, stepsOf } from './commands.ts'
import { parsePage } from './page.ts'

function commandsIn(markdown: string): readonly (readonly string[])[] {
  return scriptsOf(parsePage('page.md', markdown)).map((script) => script.map(({ text }) => text))
}

test('each line of a shell block is a command, without its comment', () => {
  expect(commandsIn('```sh\n# first\nnpm ci    # packages\n\nnpm test\n```')).toEqual([
    ['npm ci', 'npm test'],
  ])
})

test('a backslash, an open quote or an open loop continues a command on the next line', () => {
  const lines = ['npm test \\', '  -- src', "node -p '1 +", "  1'", 'for a in 1 2; do', 'ls; done']
  expect(commandsIn(`\`\`\`sh\n${lines.join('\n')}\n\`\`\``)).toEqual([
    ['npm test \\\n  -- src', "node -p '1 +\n  1'", 'for a in 1 2; do\nls; done'],
  ])
})

test('commands in running text count, unless they are patterns', () => {
  expect(
    commandsIn('Use `npm test`, `npm run bench -- <name>`, `npm run bench …` or `p95`.'),
  ).toEqual([['npm test']])
})

test('a console block has commands and their output', () => {
  const page = parsePage('page.md', 'text\n```console\n$ npm test\nfine\n$ npm ci\n```')
  expect(scriptsOf(page)).toEqual([
    [
      { text: 'npm test', place: 'page.md:3', shown: ['fine'] },
      { text: 'npm ci', place: 'page.md:5', shown: [] },
    ],
  ])
})

test('a block that is never closed is an error', () => {
  expect(() => parsePage('page.md', 'text\n```sh\nnpm ci')).toThrow('page.md:3')
})

test('commands after an interactive client are typed into it, until the block ends', () => {
  const client = 'docker exec -it poc4-redis redis-cli'
  const text = `\`\`\`bash\n${client}\nDBSIZE\n\`\`\`\n\`\`\`bash\nls\n\`\`\``
  const steps = stepsOf(parsePage('page.md', text))
  expect(steps.map(({ typedInto }) => typedInto)).toEqual([null, client, null])
})

test('expected results belong to the last command before them', () => {
  const list = ['**Expected Results**:', '- P95 Latency: <10ms', '- Success Rate: >99%', '', 'text']
  const lines = ['```bash', 'ls', 'pwd', '```', ...list, '- not one', '```bash', 'id', '```']
  const steps = stepsOf(parsePage('page.md', lines.join('\n')))
  expect(steps.map(({ text, expected }) => [text, expected])).toEqual([
    ['ls', []],
    ['pwd', ['P95 Latency: <10ms', 'Success Rate: >99%']],
    ['id', []],
  ])
})
