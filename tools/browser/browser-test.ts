/* oxlint-disable no-empty-pattern -- Vitest reads a fixture's first parameter. */
import { expect, test as base } from 'vitest'
import { OpenedPage, type OpenOptions } from './opened-page.ts'
import { startBrowser } from './start-browser.ts'
import { ShownRun } from './shown-run.ts'

/**
 * Tests of pages in a real browser. All files share one browser and one run; a page that logs an error, asks for
 * anything but itself or opens a dialog fails its test.
 */
export const test = base
  .extend('browser', { scope: 'worker' }, async ({}, { onCleanup }) => {
    const browser = await startBrowser()
    onCleanup(() => browser.close())
    return browser
  })
  .extend('shown', { scope: 'worker' }, async ({ browser }, { onCleanup }) => {
    // A browser's first page takes seconds, in which the run would go on unseen.
    const first = await browser.newPage()
    await first.close()
    const shown = ShownRun.start()
    onCleanup(() => shown.remove())
    return shown
  })
  .extend('open', ({ browser }, { onCleanup }) => {
    const opened: OpenedPage[] = []
    onCleanup(async () => {
      const problems = opened.flatMap((page) => page.problems)
      await Promise.all(opened.map((page) => page.close()))
      expect(problems).toEqual([])
    })
    return async (url: string, options?: OpenOptions): Promise<OpenedPage> => {
      const page = await OpenedPage.open(browser, url, options)
      opened.push(page)
      return page
    }
  })

export { expect }
