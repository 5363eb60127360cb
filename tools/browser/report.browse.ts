import { readFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { describe } from 'vitest'
import { formatMs } from '../../src/format.ts'
import { runSentence } from '../../src/report/run-sentence.ts'
import { intervalsOf } from '../../src/run-file/json/intervals-json.ts'
import { sloCells } from '../../src/report/slo-cells.ts'
import { accessibilityProblems } from './axe.ts'
import { expect, test } from './browser-test.ts'
import { PHONE } from './opened-page.ts'
import { drawnCharts } from './pixels.ts'
import type { ShownRun } from './shown-run.ts'

async function urlOf(shown: ShownRun): Promise<string> {
  return pathToFileURL(await shown.report()).href
}

describe('the report of a run, opened from disk', () => {
  test('opens with what the run file says', async ({ shown, open }) => {
    const [run, opened] = await Promise.all([shown.run(), urlOf(shown).then((url) => open(url))])
    const { page } = opened
    expect(await page.locator('h1').innerText()).toBe(runSentence(run).text)
    expect(runSentence(run).text).toMatch(/^Missed: answer response P95 /)
    const text = await page.locator('body').innerText()
    const measured = run.scenarios.filter((scenario) => scenario.state === 'measured')
    expect(measured).toHaveLength(2)
    for (const { name, slo, result } of measured) {
      expect(text).toContain(name)
      for (const row of slo) {
        const { measured: figure, bound } = sloCells(row)
        expect(text).toContain(figure)
        expect(text).toContain(bound.replace(' (default)', ''))
      }
      for (const { response } of result.operations) {
        const { p50Ms, p95Ms } = response.figures
        for (const ms of [p50Ms, p95Ms]) if (ms !== null) expect(text).toContain(formatMs(ms))
      }
    }
  })

  test('draws every chart', async ({ shown, open }) => {
    const opened = await open(await urlOf(shown))
    await opened.drawAll()
    const charts = await drawnCharts(opened)
    expect(charts.length).toBeGreaterThan(8)
    for (const { id, inked, colours } of charts) {
      expect({ id, inked: inked > 500, colours: colours > 3 }).toEqual({
        id,
        inked: true,
        colours: true,
      })
    }
  })

  test('is light or dark as the system is, until its button is pressed', async ({
    shown,
    open,
  }) => {
    const opened = await open(await urlOf(shown), { colorScheme: 'dark' })
    const { page } = opened
    const ground = () => opened.evaluate<string>(GROUND)
    const dark = await ground()
    await page.getByRole('button', { name: 'Light theme' }).click()
    const light = await ground()
    expect(brightness(dark)).toBeLessThan(60)
    expect(brightness(light)).toBeGreaterThan(200)
    await page.getByRole('button', { name: 'Dark theme' }).click()
    expect(await ground()).toBe(dark)
  })

  test('shows figures where the mouse is, and by arrow keys', async ({ shown, open }) => {
    const { page } = await open(await urlOf(shown))
    const figure = page.locator('figure.chart').first()
    await figure.scrollIntoViewIfNeeded()
    const readout = figure.locator('.readout')
    const over = figure.locator('.u-over')
    await over.hover({ position: { x: 5, y: 60 } })
    await expect.poll(() => readout.innerText()).toContain(await figureOfFirstSecond(shown))
    await page.mouse.move(5, 5)
    await expect.poll(() => readout.innerText()).toBe('')
    await figure.locator('[role=application]').focus()
    await page.keyboard.press('Home')
    const first = await readout.innerText()
    expect(first).toMatch(/^0:00/)
    await page.keyboard.press('ArrowRight')
    expect(await readout.innerText()).toMatch(/^0:01/)
    await page.keyboard.press('ArrowLeft')
    expect(await readout.innerText()).toBe(first)
    await page.keyboard.press('Escape')
    expect(await readout.innerText()).toBe('')
  })

  test('a chart has its figures as a table and as CSV', async ({ shown, open }) => {
    const { page } = await open(await urlOf(shown))
    const figure = page.locator('figure.chart').first()
    await figure.scrollIntoViewIfNeeded()
    await figure.locator('summary').click()
    // The browser tells that it is open a moment later.
    await figure.locator('table').waitFor()
    const cells = await figure
      .locator('table tr')
      .evaluateAll((rows) => rows.map((row) => row.textContent ?? ''))
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      figure.getByRole('button', { name: 'CSV' }).click(),
    ])
    const csv = readFileSync(await download.path(), 'utf8')
    const lines = csv.trim().split(/\r?\n/)
    expect(download.suggestedFilename()).toMatch(/\.csv$/)
    expect(lines[0]).toMatch(/P50.*P95.*P99.*max/)
    expect(lines).toHaveLength(cells.length)
    expect(lines.length).toBeGreaterThan(3)
  })

  test.for(['light', 'dark'] as const)(
    'axe finds nothing, %s',
    async (colorScheme, { shown, open }) => {
      const opened = await open(await urlOf(shown), { colorScheme })
      await opened.drawAll()
      expect(await accessibilityProblems(opened)).toEqual([])
    },
  )

  test('a phone shows it without scrolling sideways', async ({ shown, open }) => {
    const opened = await open(await urlOf(shown), { viewport: PHONE, hasTouch: true })
    await opened.drawAll()
    expect(await opened.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(
      PHONE.width,
    )
  })

  test('prints every chart, in light colours', async ({ shown, open }) => {
    const opened = await open(await urlOf(shown), { colorScheme: 'dark' })
    await opened.page.emulateMedia({ media: 'print' })
    await opened.evaluate("dispatchEvent(new Event('beforeprint'))")
    const charts = await drawnCharts(opened)
    expect(charts.filter(({ inked }) => inked < 500)).toEqual([])
    expect(brightness(await opened.evaluate(GROUND))).toBeGreaterThan(200)
  })

  test('says everything but charts without its script', async ({ shown, open }) => {
    const { page } = await open(await urlOf(shown), { javaScriptEnabled: false })
    expect(await page.locator('h1').innerText()).toMatch(/^Missed: /)
    expect(await page.locator('table').count()).toBeGreaterThan(3)
    expect(await page.locator('figure.chart figcaption p').first().innerText()).toMatch(/\d ms/)
  })
})

/** P95 in the first second of the operation whose bound is missed, as a readout says it. */
async function figureOfFirstSecond(shown: ShownRun): Promise<string> {
  const { scenarios } = await shown.run()
  for (const scenario of scenarios) {
    if (scenario.state !== 'measured') continue
    for (const { second, operation, response } of intervalsOf(scenario.result)) {
      if (second === 0 && operation === 'answer' && response !== null) {
        return formatMs(response.p95Ms)
      }
    }
  }
  throw new Error('the run has no such second')
}

const GROUND = 'getComputedStyle(document.body).backgroundColor'

/** Of a computed colour, from 0 to 255. */
function brightness(colour: string): number {
  const channels = (colour.match(/[\d.]+/g) ?? []).slice(0, 3).map(Number)
  return channels.reduce((sum, channel) => sum + channel, 0) / 3
}
