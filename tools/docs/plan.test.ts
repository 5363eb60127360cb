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

test('a command with a variable is run wherever it stands, after the command that sets it', () => {
  const own = script('A=$(date)', 'npm run a -- $A')
  expect(plannedTexts(own, own)).toEqual([
    ['A=$(date)', 'npm run a -- $A'],
    ['A=$(date)', 'npm run a -- $A'],
  ])
})

test('a command is run where a page shows its output', () => {
  const showing: Script = [{ text: 'npm run a', place: 'page.md:2', shown: ['fine'] }]
  expect(planOf([script('npm run a'), showing])).toEqual([[], showing])
})

test('commands listed as not run, and blocks that would only set variables, are left out', () => {
  expect(plannedTexts(script('A=$(date)', 'npm ci'))).toEqual([[]])
})
