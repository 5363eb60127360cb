import type { Page } from './page.ts'

/** A line that says which file a ```ts block is, such as `// bench/heartbeat.load.ts`. */
const FILE = /^\/\/ ((?:[\w.-]+\/)+[\w.-]+\.ts)$/

/**
 * The files that pages tell their reader to write, by path.
 * @throws Error for a ```ts block whose first line doesn't say which file it is, or one that is
 *   another file on another page.
 */
export function filesOf(pages: readonly Page[]): ReadonlyMap<string, string> {
  const files = new Map<string, string>()
  for (const { path, blocks } of pages) {
    for (const { language, lines, lineNumber } of blocks) {
      if (language !== 'ts') continue
      const [, file] = FILE.exec(lines[0] ?? '') ?? []
      if (file === undefined) {
        throw new Error(`${path}:${lineNumber}: the first line has to be a comment with the file.`)
      }
      const text = `${lines.join('\n')}\n`
      if ((files.get(file) ?? text) !== text) {
        throw new Error(`${path}:${lineNumber}: ${file} is another one elsewhere.`)
      }
      files.set(file, text)
    }
  }
  return files
}
