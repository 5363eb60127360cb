import { describe, expect, test } from 'vitest'
import { EXIT } from '../../exit-code.ts'
import { gateJunit } from './gate-junit.ts'

describe("a gate's rows as JUnit XML", () => {
  test('are cases by group: regressions fail, rows that could not be judged are skipped', () => {
    const verdicts = [
      'pass',
      'improvement',
      'regression',
      'inconclusive',
      'refused',
      'not comparable',
    ] as const
    const rows = verdicts.map((verdict) => ({
      group: 'register',
      name: verdict,
      verdict,
      detail: 'why',
      ms: 2_000,
    }))
    const xml = gateJunit(
      [...rows, { group: 'counts', name: 'Redis calls', verdict: 'pass', detail: '' }],
      {
        startedAt: '2026-01-02T03:04:05.678Z',
        exitCode: 1,
        properties: [['gate.json', 'results/gate.json']],
      },
    )
    expect(xml).toContain(
      '<testsuite name="register" tests="6" failures="1" errors="0" skipped="3"',
    )
    expect(xml).toContain('<testsuite name="counts" tests="1"')
    expect(xml).toContain('<failure message="regression: why" type="failure"/>')
    for (const verdict of ['inconclusive', 'refused', 'not comparable']) {
      expect(xml).toContain(`<skipped message="${verdict}: why"/>`)
    }
    expect(xml).toContain('<property name="gate.json" value="results/gate.json"/>')
    expect(xml).toContain('timestamp="2026-01-02T03:04:05"')
  })

  test.each([
    [EXIT.failed, 'failure'],
    [EXIT.broken, 'error'],
    [EXIT.inconclusive, 'skipped'],
    [EXIT.notComparable, 'skipped'],
  ])('without rows, exit code %d is still no pass', (exitCode, kind) => {
    const xml = gateJunit([], { startedAt: '2026-01-02T03:04:05.678Z', exitCode, properties: [] })
    expect(xml).toContain(`<${kind} message="ended with exit code ${exitCode}`)
  })
})
