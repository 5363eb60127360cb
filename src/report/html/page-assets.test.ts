import { describe, expect, test } from 'vitest'
import { renderPage } from './page.ts'
import { readPageAssets } from './page-assets.ts'

/** Upper limits in bytes: what a page holds besides its data. */
const LIMIT = { script: 120_000, page: 300_000 }

const assets = await readPageAssets()

describe('the script and style of pages', () => {
  test('stay within their size', () => {
    expect(Buffer.byteLength(assets.script)).toBeLessThan(LIMIT.script)
    const page = renderPage({ title: '', body: '', charts: [] }, assets)
    expect(Buffer.byteLength(page)).toBeLessThan(LIMIT.page)
  })

  test('make no request, and end no element that holds them', () => {
    expect(assets.style).not.toMatch(/@import|url\((?!['"]?#)|<\/style/i)
    expect(assets.script).not.toMatch(/<\/script|XMLHttpRequest|\bfetch\(/i)
  })
})
