import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** What every page holds besides its content. */
export interface PageAssets {
  /** Draws the charts: JavaScript for browsers. */
  readonly script: string
  /** CSS. */
  readonly style: string
}

/** Bundled when the package is built; the repository bundles it when it is needed. */
const BUNDLED = join(import.meta.dirname, 'client.js')
const STYLE = join(import.meta.dirname, 'page.css')

/** Reads the script and the style of pages. Call it before a measurement ends: writing a page is synchronous. */
export async function readPageAssets(): Promise<PageAssets> {
  return {
    script: existsSync(BUNDLED) ? readFileSync(BUNDLED, 'utf8') : await bundleClient(),
    style: readFileSync(STYLE, 'utf8'),
  }
}

/** The script of `client/`, in one piece. */
export async function bundleClient(): Promise<string> {
  const { rolldown } = await import('rolldown')
  const bundle = await rolldown({
    input: join(import.meta.dirname, 'client/main.ts'),
    platform: 'browser',
  })
  try {
    const { output } = await bundle.generate({ format: 'iife', minify: true })
    // An HTML parser ends a script at its first "</script".
    return output[0].code.replaceAll('</script', String.raw`<\/script`)
  } finally {
    await bundle.close()
  }
}
