import { existsSync } from 'node:fs'
import { posix } from 'node:path'
import { expect, test } from 'vitest'
import { readPage } from './commands/page.ts'
import { readPages, ROOT } from './commands/pages.ts'

const others = ['CONTRIBUTING.md', 'CHANGELOG.md'].map((path) => readPage(ROOT, path))
const pages = [...readPages(), ...others]

test.each(pages)('links of $path lead somewhere', ({ path, links }) => {
  const broken = links.filter(({ target }) => !/^https?:/.test(target) && !leads(path, target))
  expect(broken).toEqual([])
})

test('every page of docs/ is linked to by README.md', () => {
  const linked = new Set(pages[0]?.links.map(({ target }) => target.split('#')[0]))
  const docs = pages.map(({ path }) => path).filter((path) => path.startsWith('docs/'))
  expect(docs.filter((path) => !linked.has(path))).toEqual([])
})

/** Whether a relative link names a file of the project and, in a page, a heading that is there. */
function leads(from: string, target: string): boolean {
  const [file = '', anchor] = target.split('#')
  const path = file === '' ? from : posix.join(posix.dirname(from), file)
  if (!existsSync(new URL(path, ROOT))) return false
  const page = pages.find((candidate) => candidate.path === path)
  return anchor === undefined || page === undefined || page.anchors.has(anchor)
}
