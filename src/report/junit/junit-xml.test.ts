import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { arbitraryText } from '../../run-file/testing/arbitrary-run.ts'
import { junitXml, type JUnitCase, type JUnitResult } from './junit-xml.ts'

function caseOf(result: JUnitResult, durationMs = 0): JUnitCase {
  return { classname: 'mixed', name: 'measurement', durationMs, result }
}

const anything = fc.oneof(
  arbitraryText,
  fc.string({
    unit: fc.constantFrom(
      '&',
      '<',
      ']',
      '>',
      '"',
      "'",
      '\0',
      '\u001b',
      '\n',
      '\uffff',
      '\ud800',
      'a',
    ),
  }),
)

describe('JUnit XML', () => {
  test('counts cases by outcome, and adds up their times', () => {
    const results = ['passed', 'failure', 'error', 'skipped', 'skipped'] as const
    const cases = results.map((kind) => caseOf({ kind, message: 'why' }, 1_500))
    const xml = junitXml('all', [{ name: 'mixed', startedAt: null, properties: [], cases }])
    expect(xml).toContain('<testsuites name="all" tests="5" failures="1" errors="1" time="7.500">')
    expect(xml).toContain(
      '<testsuite name="mixed" tests="5" failures="1" errors="1" skipped="2" time="7.500">',
    )
  })

  test('holds only characters that XML allows, whatever the texts', () => {
    fc.assert(
      fc.property(anything, anything, (name, message) => {
        const xml = junitXml(name, [
          {
            name,
            startedAt: '2026-01-02T03:04:05.678Z',
            properties: [[name, message]],
            cases: [
              caseOf({ kind: 'failure', message, text: message }),
              caseOf({ kind: 'passed', output: name }),
            ],
          },
        ])
        // oxlint-disable-next-line no-control-regex
        expect(xml).not.toMatch(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/)
        expect(xml.isWellFormed()).toBe(true)
        expect(xml.replaceAll(/&#\d+;/g, '')).not.toContain('&')
        expect(unclosed(xml)).toEqual([])
      }),
    )
  })

  test('keeps line ends in attributes, and drops colours', () => {
    const result = { kind: 'failure', message: 'a\nb', text: '\u001b[31mred\u001b[39m' } as const
    const xml = junitXml('x', [
      { name: 's', startedAt: null, properties: [], cases: [caseOf(result)] },
    ])
    expect(xml).toContain('<failure message="a&#10;b" type="failure">red</failure>')
  })
})

/** Elements that are begun and not ended; what is ended without having been begun throws. */
function unclosed(xml: string): readonly string[] {
  const open: string[] = []
  for (const [tag, end, name = ''] of xml.matchAll(/<(\/?)([a-z-]+)(?: [a-z]+="[^"<]*")*\/?>/g)) {
    if (end === '' && !tag.endsWith('/>')) open.push(name)
    if (end !== '' && open.pop() !== name) throw new Error(`${tag} ends nothing`)
  }
  const rest = xml.replaceAll(/<(\/?)([a-z-]+)(?: [a-z]+="[^"<]*")*\/?>|<\?xml[^>]*>/g, '')
  if (/[<>]/.test(rest)) throw new Error(`no element: ${rest}`)
  return open
}
