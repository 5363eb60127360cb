import { execFileSync } from 'node:child_process'
import { chmodSync, copyFileSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { writePageAssets } from '../../src/report/html/page-assets.ts'

/**
 * Compiles `src/` to `dist/`, the content of the package. npm runs this before it packs. The
 * repository itself runs without it.
 */
const ROOT = resolve(import.meta.dirname, '../..')

/** What programs read beside themselves, in `src/`. */
const DATA = ['plan/coefficients.json']

rmSync(join(ROOT, 'dist'), { recursive: true, force: true })
// Comments are in the types and in the source maps, which hold the sources.
for (const config of ['tsconfig.json', 'tsconfig.types.json']) {
  const tsc = join(ROOT, 'node_modules/typescript/bin/tsc')
  const args = [tsc, '--project', join(import.meta.dirname, config)]
  execFileSync(process.execPath, args, { stdio: 'inherit' })
}
for (const path of DATA) copyFileSync(join(ROOT, 'src', path), join(ROOT, 'dist', path))
await writePageAssets(join(ROOT, 'dist/report/html'))
// npm sets this when it installs a tarball, not in a linked folder.
chmodSync(join(ROOT, 'dist/cli/start.mjs'), 0o755)
