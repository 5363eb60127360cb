import type { Browser, BrowserContextOptions, ConsoleMessage, Page } from 'playwright-core'

/** A page in a context of its own, and everything wrong that happened in it. */
export class OpenedPage {
  readonly page: Page
  /** Errors and warnings of the console, uncaught errors, dialogs, and requests for anything but the page. */
  readonly problems: string[] = []

  private constructor(page: Page, allowed: (url: string) => boolean) {
    this.page = page
    page.on('console', (message) => this.#noteConsole(message))
    page.on('pageerror', ({ message }) => this.problems.push(`error: ${message}`))
    page.on('dialog', (dialog) => {
      this.problems.push(`dialog: ${dialog.message()}`)
      void dialog.dismiss()
    })
    page.on('request', (request) => {
      const url = request.url()
      if (!allowed(url)) this.problems.push(`request: ${url.slice(0, 200)}`)
    })
  }

  /** Opens a page. @param allowed which further addresses it may ask for; default: none. */
  static async open(
    browser: Browser,
    url: string,
    { allowed = () => false, ...options }: OpenOptions = {},
  ): Promise<OpenedPage> {
    const context = await browser.newContext({ viewport: DESKTOP, ...options })
    const isIts = (asked: string): boolean =>
      asked === url || /^(?:blob|data):/.test(asked) || allowed(asked)
    const opened = new OpenedPage(await context.newPage(), isIts)
    await opened.page.goto(url)
    return opened
  }

  /** Scrolls through the page, so that everything on it is drawn. */
  async drawAll(): Promise<void> {
    for (const figure of await this.page.locator('figure.chart').all()) {
      await figure.scrollIntoViewIfNeeded()
      await figure.locator('canvas, .no-plot').first().waitFor()
    }
  }

  /** Runs a script in the page, whatever the page's own policy says. */
  evaluate<Result>(script: string): Promise<Result> {
    return this.page.evaluate<Result>(script)
  }

  async close(): Promise<void> {
    await this.page.context().close()
  }

  #noteConsole(message: ConsoleMessage): void {
    if (!['error', 'warning'].includes(message.type())) return
    this.problems.push(`console: ${message.text()}`)
  }
}

export interface OpenOptions extends BrowserContextOptions {
  readonly allowed?: (url: string) => boolean
}

const DESKTOP = { width: 1280, height: 900 }
/** A phone, in CSS pixels: the narrowest in use. */
export const PHONE = { width: 360, height: 740 }
