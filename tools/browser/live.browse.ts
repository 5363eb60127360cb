import { expect, test } from './browser-test.ts'

test('a live page moves while the run goes on, and turns into the report', async ({
  shown,
  open,
}) => {
  const url = await shown.liveUrl
  const opened = await open(url, { allowed: (asked) => asked.startsWith(url) })
  const { page } = opened
  const chart = page.locator('figure.chart canvas').first()
  await chart.waitFor()
  const text = await page.locator('main').innerText()
  const drawing = await chart.screenshot()
  await expect.poll(() => page.locator('main').innerText()).not.toBe(text)
  await expect.poll(async () => (await chart.screenshot()).equals(drawing)).toBe(false)
  await page.waitForURL(/report/, { timeout: 30_000 })
  const { runId } = await shown.run()
  expect(await page.title()).toContain(runId)
  expect(await page.locator('h1').innerText()).toMatch(/^Missed: answer response P95 /)
})
