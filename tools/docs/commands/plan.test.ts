import { expect, test } from 'vitest'
import type { Script } from './commands.ts'
import { planOf } from './plan.ts'

function script(...texts: readonly string[]): Script {
  return texts.map((text) => ({ text, place: 'page.md:1', shown: [] }))
}

function plannedTexts(...scripts: readonly Script[]): readonly (readonly string[])[] {
  return planOf(scripts).map((planned) => planned.map(({ text }) => text))
}

test('a command is run once', () => {
  expect(plannedTexts(script('npm run a', 'npm run b'), script('npm run a'))).toEqual([
    ['npm run a', 'npm run b'],
    [],
  ])
})

test('a command with a variable is run wherever it is, after what sets it', () => {
  const own = script('A=$(date)', 'npm run a -- $A')
  expect(plannedTexts(own, own)).toEqual([
    ['A=$(date)', 'npm run a -- $A'],
    ['A=$(date)', 'npm run a -- $A'],
  ])
})

test('where a page shows what is printed, it is run there', () => {
  const showing: Script = [{ text: 'npm run a', place: 'page.md:2', shown: ['fine'] }]
  expect(planOf([script('npm run a'), showing])).toEqual([[], showing])
})

test('what is listed as not run is not, and what would only set variables neither', () => {
  expect(plannedTexts(script('A=$(date)', 'npm ci'))).toEqual([[]])
})
