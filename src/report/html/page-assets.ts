import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** What every page holds besides its content. */
export interface PageAssets {
  /** Draws the charts: JavaScript for browsers. */
  readonly script: string
  /** CSS. */
  readonly style: string
}

/** Built with the package or the image; the repository builds them when they are needed. */
const BUILT = { script: 'client.js', style: 'client.css' }

const FOLDER = import.meta.dirname

let assets: Promise<PageAssets> | null = null

/** Reads the script and the style of pages, once. Call it before a measurement ends: writing a page is synchronous. */
export function readPageAssets(): Promise<PageAssets> {
  assets ??= readOrBuild()
  return assets
}

async function readOrBuild(): Promise<PageAssets> {
  const script = join(FOLDER, BUILT.script)
  return existsSync(script)
    ? {
        script: readFileSync(script, 'utf8'),
        style: readFileSync(join(FOLDER, BUILT.style), 'utf8'),
      }
    : buildPageAssets()
}

/**
 * Makes the files that `readPageAssets` reads, for where the packages that it would make them with are not installed.
 * @param folder where this module is going to be.
 */
export async function writePageAssets(folder = FOLDER): Promise<void> {
  const { script, style } = await buildPageAssets()
  writeFileSync(join(folder, BUILT.script), script)
  writeFileSync(join(folder, BUILT.style), style)
}

/** Puts the script and the style together from their sources. */
export async function buildPageAssets(): Promise<PageAssets> {
  const uplot = fileURLToPath(import.meta.resolve('uplot/dist/uPlot.min.css'))
  const styles = [
    uplot,
    join(FOLDER, 'page.css'),
    join(FOLDER, 'charts.css'),
    join(FOLDER, 'run/slowest/slowest.css'),
    join(FOLDER, 'live/live.css'),
  ]
  return {
    script: await bundleClient(),
    style: styles.map((path) => readFileSync(path, 'utf8')).join('\n'),
  }
}

/** The script of `client/`, in one piece. */
async function bundleClient(): Promise<string> {
  const { rolldown } = await import('rolldown')
  const bundle = await rolldown({
    input: join(FOLDER, 'client/main.ts'),
    platform: 'browser',
    // Only checks of types need it, and a copy of src/ may lack the one that it extends.
    tsconfig: false,
  })
  try {
    const { output } = await bundle.generate({ format: 'iife', minify: true })
    // An HTML parser ends a script at its first "</script".
    return output[0].code.replaceAll('</script', String.raw`<\/script`)
  } finally {
    await bundle.close()
  }
}
