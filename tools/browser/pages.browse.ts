import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, describe } from 'vitest'
import { readPageAssets } from '../../src/report/html/page-assets.ts'
import { renderPage, type Page } from '../../src/report/html/page.ts'
import { runPage } from '../../src/report/html/run/run-page.ts'
import { accessibilityProblems } from './axe.ts'
import { expect, test } from './browser-test.ts'
import { ATTACKS, hostileRun } from './hostile-run.ts'
import { PHONE } from './opened-page.ts'
import { slowestPage } from './slowest-page.ts'
import { syntheticPages } from './synthetic-pages.ts'

const folder = mkdtempSync(join(tmpdir(), 'pages-'))
afterAll(() => rmSync(folder, { recursive: true }))

async function written(page: Page): Promise<string> {
  const path = join(folder, 'page.html')
  writeFileSync(path, renderPage(page, await readPageAssets()))
  return pathToFileURL(path).href
}

test('a hostile run file is harmless: its texts are shown', async ({ open }) => {
  const opened = await open(await written(runPage(hostileRun())))
  await opened.drawAll()
  expect(await opened.evaluate('window.hacked')).toBeUndefined()
  expect(await opened.evaluate('document.scripts.length')).toBe(2)
  expect(
    await opened.evaluate(
      `[...document.querySelectorAll('*')].filter((element) => element.matches('iframe, base, img, object') || [...element.attributes].some(({ name }) => name.startsWith('on'))).map(({ outerHTML }) => outerHTML)`,
    ),
  ).toEqual([])
  const text = await opened.page.locator('body').innerText()
  for (const attack of ATTACKS) expect(text).toContain(attack)
  await opened.page.setViewportSize(PHONE)
  expect(await opened.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(
    PHONE.width,
  )
})

test('hostile spans are harmless: their texts are shown', async ({ open }) => {
  const [attack] = ATTACKS
  const opened = await open(await written(slowestPage(attack)))
  expect(await opened.evaluate('window.hacked')).toBeUndefined()
  expect(await opened.evaluate('document.scripts.length')).toBe(2)
  expect(await opened.page.locator('.slowest').innerText()).toContain(attack)
  await opened.page.setViewportSize(PHONE)
  expect(await opened.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(
    PHONE.width,
  )
})

describe.for(Object.entries(syntheticPages()))('the page %s', ([, page]) => {
  test('opens without an error, and axe finds nothing', async ({ open }) => {
    const opened = await open(await written(page))
    await opened.drawAll()
    expect(await opened.page.locator('h1').count()).toBe(1)
    expect(await opened.page.locator('.no-plot').count()).toBe(0)
    expect(await accessibilityProblems(opened)).toEqual([])
  })
})
