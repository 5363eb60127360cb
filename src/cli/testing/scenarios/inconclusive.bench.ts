import { test } from '../../../../bench/core/measuring/core-test.ts'

test('a figure beyond its bound in most of the run', async ({ compare }) => {
  let round = 0
  await compare({
    contenders: [
      { name: 'slow', run: async () => (round++ === 2 ? 2 : 4) },
      { name: 'quick', run: async () => 1 },
    ],
    figures: [{ what: 'slow by quick', ratio: ['slow', 'quick'], must: { atMost: 3 } }],
    rounds: 5,
    warmUpRounds: 0,
  })
})
