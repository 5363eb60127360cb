import type { Page } from './page.ts'

/** The line that names a ```ts block's file, such as `// bench/heartbeat.load.ts`. */
const FILE = /^\/\/ ((?:[\w.-]+\/)+[\w.-]+\.ts)$/

/**
 * The files that readers of the pages write, by path.
 * @throws Error for a ```ts block whose first line doesn't name its file, or whose text differs from another
 *   block for the same file.
 */
export function filesOf(pages: readonly Page[]): ReadonlyMap<string, string> {
  const files = new Map<string, string>()
  for (const { path, blocks } of pages) {
    for (const { language, lines, lineNumber } of blocks) {
      if (language !== 'ts') continue
      const [, file] = FILE.exec(lines[0] ?? '') ?? []
      if (file === undefined) {
        throw new Error(
          `${path}:${lineNumber}: the first line must be a comment that names the file.`,
        )
      }
      const text = `${lines.join('\n')}\n`
      if ((files.get(file) ?? text) !== text) {
        throw new Error(`${path}:${lineNumber}: ${file} differs from the block on another page.`)
      }
      files.set(file, text)
    }
  }
  return files
}
