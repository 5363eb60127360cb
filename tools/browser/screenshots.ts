import { spawnSync } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { readPageAssets } from '../../src/report/html/page-assets.ts'
import { renderPage } from '../../src/report/html/page.ts'
import { startBrowser } from './start-browser.ts'
import { OpenedPage, PHONE, type OpenOptions } from './opened-page.ts'
import { ShownRun } from './shown-run.ts'
import { syntheticPages } from './synthetic-pages.ts'

// Pictures of every kind of page, for people to look at: `npm run screenshots`. With a folder of results as its
// argument, the newest run there is the one of the README; with a second one, the newest there has the waterfall.

const ROOT = resolve(import.meta.dirname, '../..')
const PICTURES = join(ROOT, 'results/screenshots')
const README = join(ROOT, 'docs/images/report.png')
const WATERFALL = join(ROOT, 'docs/images/waterfall.png')

const MIXED = ['mixed', 'multicast', '--duration', '10s']
const TRACED = ['multicast', '--duration', '10s', '--traces']

const work = mkdtempSync(join(tmpdir(), 'screenshots-'))
mkdirSync(PICTURES, { recursive: true })
const browser = await startBrowser()
const shown = ShownRun.start()
try {
  const missed = pathToFileURL(await shown.report()).href
  const report = pathToFileURL(measured(MIXED, process.argv[2])).href
  await take('light', report, { viewport: { width: 1200, height: 760 } })
  await take('dark', report, { colorScheme: 'dark' })
  await take('phone', report, { viewport: PHONE, hasTouch: true })
  await take('missed', missed)
  const assets = await readPageAssets()
  for (const [name, page] of Object.entries(syntheticPages())) {
    const path = join(work, `${name}.html`)
    writeFileSync(path, renderPage(page, assets))
    await take(name, pathToFileURL(path).href)
  }
  mkdirSync(join(README, '..'), { recursive: true })
  copyFileSync(join(PICTURES, 'light.png'), README)
  await takeWaterfall(pathToFileURL(measured(TRACED, process.argv[3])).href)
} finally {
  await browser.close()
  await shown.remove()
  rmSync(work, { recursive: true })
}

/** The report of the newest run in a folder; without one, of a run now. */
function measured(what: readonly string[], folder: string | undefined): string {
  const results = folder ?? mkdtempSync(join(work, 'run-'))
  if (folder === undefined) {
    const args = ['bench', ...what, '--results', results]
    spawnSync(process.execPath, [join(ROOT, 'src/cli/start.mjs'), ...args], {
      cwd: ROOT,
      stdio: 'inherit',
    })
  }
  const newest = readdirSync(results)
    .filter((name) => /^\d{8}T.*\.html$/.test(name))
    .sort()
    .at(-1)
  if (newest === undefined) throw new Error(`no report in ${results}`)
  return join(results, newest)
}

/** What fits on the screen, and the whole page beside it. */
async function take(name: string, url: string, options: OpenOptions = {}): Promise<void> {
  const opened = await OpenedPage.open(browser, url, options)
  await opened.drawAll()
  await opened.evaluate('scrollTo(0, 0)')
  await opened.page.screenshot({ path: join(PICTURES, `${name}.png`) })
  await opened.page.screenshot({ path: join(PICTURES, `${name}-whole.png`), fullPage: true })
  process.stdout.write(`${join('results/screenshots', `${name}.png`)}\n`)
  for (const problem of opened.problems) process.stderr.write(`${name}: ${problem}\n`)
  await opened.close()
}

/** The slowest requests of the first operation, and the spans of the slowest. */
async function takeWaterfall(url: string): Promise<void> {
  const opened = await OpenedPage.open(browser, url, { viewport: { width: 1200, height: 760 } })
  const section = opened.page.locator('.slowest').first()
  await section.scrollIntoViewIfNeeded()
  const rest = 'details:not([open])'
  await opened.evaluate(
    `document.querySelectorAll('.slowest ${rest}').forEach((one) => one.hidden = true)`,
  )
  await section.screenshot({ path: WATERFALL })
  process.stdout.write(`${WATERFALL}\n`)
  await opened.close()
}
