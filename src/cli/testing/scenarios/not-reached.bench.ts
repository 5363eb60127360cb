import { test } from '../../../../bench/core/measuring/core-test.ts'

test('a figure beyond its bound', async ({ compare, annotate }) => {
  await compare({
    contenders: [
      { name: 'slow', run: async () => 4 },
      { name: 'quick', run: async () => 1 },
    ],
    figures: [{ what: 'slow by quick', ratio: ['slow', 'quick'], must: { atMost: 3 } }],
    rounds: 5,
    warmUpRounds: 0,
  })
  await annotate('and the test goes on')
})
