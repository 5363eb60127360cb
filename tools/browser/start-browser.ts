import { chromium, type Browser } from 'playwright-core'

/** Debian's, or another that is installed. */
const CHROMIUM = process.env['CHROMIUM'] || '/usr/bin/chromium'

/** Starts the browser. The sandbox needs rights that containers don't give. */
export function startBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: CHROMIUM,
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
  })
}
