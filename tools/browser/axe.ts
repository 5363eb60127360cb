import axe from 'axe-core'
import type { OpenedPage } from './opened-page.ts'

/** What axe finds wrong with a page, one line per rule: empty if nothing. */
export async function accessibilityProblems(opened: OpenedPage): Promise<readonly string[]> {
  await opened.evaluate(axe.source)
  return opened.evaluate<readonly string[]>(`axe.run(document).then(({ violations }) =>
    violations.map(({ id, help, nodes }) => id + ': ' + help + ': ' + nodes.slice(0, 3).map(({ html }) => html.slice(0, 200)).join(' | ')))`)
}
