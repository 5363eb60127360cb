import { expect, test } from 'vitest'
import { jointRunsOf } from './joint-runs.ts'

function jointTexts(...texts: readonly string[]): readonly (string | undefined)[] {
  const runs = jointRunsOf(texts.map((text) => ({ text, place: 'page.md:1', shown: [] })))
  return texts.map((text) => runs.get(text)?.text)
}

test('runs that differ only in their scenarios are one', () => {
  const both = 'npm run bench -- mixed ramp'
  expect(jointTexts('npm run bench -- mixed', 'npm run bench -- ramp')).toEqual([both, both])
})

test('runs that differ only in the files they write for a scenario are one', () => {
  const both = 'npm run bench -- register --junit a.xml --stream b.ndjson'
  expect(
    jointTexts(
      'npm run bench -- register --junit a.xml',
      'npm run bench -- register --stream b.ndjson',
    ),
  ).toEqual([both, both])
})

test('runs that write files are none with runs of other scenarios', () => {
  const apart = ['npm run bench -- mixed', 'npm run bench -- register --junit a.xml']
  expect(jointTexts(...apart)).toEqual(apart)
})

test('a joint run keeps the scenario of each command', () => {
  const texts = ['npm run bench -- mixed', 'npm run bench -- ramp']
  const runs = jointRunsOf(texts.map((text) => ({ text, place: 'page.md:1', shown: [] })))
  expect(texts.map((text) => runs.get(text)?.scenario)).toEqual(['mixed', 'ramp'])
})

test.each([
  'npm run bench -- register --backend memory',
  'npm run bench -- --help',
  'npm run bench -- register --results results/before',
  'npm run bench:micro -- recording',
])('%s runs by itself', (text) => {
  expect(jointTexts(text)).toEqual([undefined])
})
