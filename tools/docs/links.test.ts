import { existsSync, globSync } from 'node:fs'
import { posix } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { filesOf } from './files.ts'
import { readPage, readPages, ROOT } from './page.ts'

const others = ['CONTRIBUTING.md', 'CHANGELOG.md'].map((path) => readPage(path))
const pages = [...readPages(), ...others]
const written = filesOf(pages)

/** A path of this project, such as `src/load/` or `bench/*.load.ts`. */
const PATH = /^(?:src|bench|tools|docs|deploy|results|\.ci|\.github)\/[\w./*-]*$/
/** Runs leave files in `results/`. */
const OF_A_RUN = /^results\/(?!schema\.json)./

test.each(pages)('links in $path lead somewhere', ({ path, links }) => {
  const broken = links.filter(({ target }) => !/^https?:/.test(target) && !leads(path, target))
  expect(broken).toEqual([])
})

test.each(pages)('paths named in $path exist', ({ spans }) => {
  const paths = spans.filter(({ text }) => PATH.test(text) && !OF_A_RUN.test(text))
  expect(paths.filter(({ text }) => !exists(text))).toEqual([])
})

test('README.md links to every page of docs/', () => {
  const linked = new Set(pages[0]?.links.map(({ target }) => target.split('#')[0]))
  const docs = pages.map(({ path }) => path).filter((path) => path.startsWith('docs/'))
  expect(docs.filter((path) => !linked.has(path))).toEqual([])
})

/** Whether a relative link names a file of the project and, in a page, one of its headings. */
function leads(from: string, target: string): boolean {
  const [file = '', anchor] = target.split('#')
  const path = file === '' ? from : posix.join(posix.dirname(from), file)
  if (!existsSync(new URL(path, ROOT))) return false
  const page = pages.find((candidate) => candidate.path === path)
  return anchor === undefined || page === undefined || page.anchors.has(anchor)
}

/** Pages may also name the files that they tell their reader to write. */
function exists(path: string): boolean {
  return written.has(path) || globSync(path, { cwd: fileURLToPath(ROOT) }).length > 0
}
