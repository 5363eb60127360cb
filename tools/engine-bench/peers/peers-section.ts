import { cpus, platform, release } from 'node:os'
import type { FoundGenerator, Generator } from './generators/generator.ts'
import { peersMarkdown } from './peers-table.ts'
import type { PeerRow } from './measure-peers.ts'

const BEGIN = '<!-- peers -->'
const END = '<!-- end of peers -->'

/** The measured versions and the machine. A generator with two rows is named once. */
export function describeContenders(found: readonly FoundGenerator[]): string {
  const names = found.map(({ generator, version }) => {
    const [name] = generator.name.split(',')
    return `${name} (${version ?? 'unknown version'})`
  })
  return [...new Set(names)].join(', ')
}

/** How to install a missing generator. */
export function describeMissing({ name, install }: Generator): string {
  return `${name}: not found. To install it: ${install}`
}

/** The measurement and its machine, as Markdown. */
export function peersSection(rows: readonly PeerRow[], missing: readonly Generator[]): string {
  const [first] = cpus()
  const machine = `${cpus().length} cores (${first?.model ?? 'unknown'}), ${platform()} ${release()}`
  const versions = describeContenders(rows.map(({ contender }) => contender))
  const absent = missing.map(({ name }) => name).join(', ')
  return [
    `${new Date().toISOString().slice(0, 10)}, ${machine}: ${versions}.`,
    ...(absent === '' ? [] : [`Not installed: ${absent}.`]),
    '',
    peersMarkdown(rows),
  ].join('\n')
}

/**
 * Replaces the generated section of a page.
 * @returns `null` if the page has no such section.
 */
export function withSection(page: string, section: string): string | null {
  const begin = page.indexOf(BEGIN)
  const end = page.indexOf(END, begin)
  if (begin < 0 || end < 0) return null
  return `${page.slice(0, begin)}${BEGIN}\n${section}\n${page.slice(end)}`
}
