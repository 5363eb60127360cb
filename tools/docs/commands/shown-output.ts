/** What one run of a command has and the next one may not: words that stand for each other. */
const INTERCHANGEABLE = [
  /^(?:met|missed|passed|failed|inconclusive|regression|improvement|pass)$/,
  /^(?:valid|degraded|invalid)$/,
  /^(?:timer|hybrid|spin|clock)$/,
]
const UNITS = /^(?:µs|ms|s|min|h|k|m|b|kb|kib|mb|mib)$/
/** The live line: a short run may end before it is printed. */
const PROGRESS = /\bs of \d+ s\b|, [\d.]+ s to go$/

/**
 * The lines that a page shows and a command didn't print. Compared are the words of a line in their
 * order; not figures, units, hashes, times, what is in brackets, and how the measurement came out.
 */
export function linesNotPrinted(shown: readonly string[], printed: string): readonly string[] {
  const there = new Set(printed.split(/[\n\r]/).map(wordsOf))
  return shown.filter((line) => {
    const words = wordsOf(line)
    return words !== '' && !PROGRESS.test(line) && !there.has(words)
  })
}

function wordsOf(line: string): string {
  return line
    .replaceAll(/\(.*?\)/g, ' ')
    .replaceAll(/\d{8}T\d{6}Z-\w+(?:-dirty)?/g, ' ')
    .split(/[\s|│,;:()[\]/]+/)
    .map((word) => word.toLowerCase().replaceAll(/^[^\p{L}]+|[^\p{L}]+$/gu, ''))
    .filter((word) => word !== '' && !UNITS.test(word) && !/\d/.test(word))
    .map((word) => {
      const kind = INTERCHANGEABLE.findIndex((words) => words.test(word))
      return kind === -1 ? word : `<${kind}>`
    })
    .join(' ')
}
