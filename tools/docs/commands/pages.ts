import { readdirSync } from 'node:fs'
import { readPage, type Page } from './page.ts'

/** The project's folder. */
export const ROOT = new URL('../../../', import.meta.url)

/** All pages for users, README first, then those of docs/ by name. */
export function readPages(): readonly Page[] {
  const docs = readdirSync(new URL('docs/', ROOT))
    .filter((name) => name.endsWith('.md'))
    .toSorted()
  return ['README.md', ...docs.map((name) => `docs/${name}`)].map((path) => readPage(ROOT, path))
}
