/** Of a terminal that does not say. */
const USUAL_WIDTH = 80
/** Narrower ones get lines of this length: no table can be read in less. */
const MIN_WIDTH = 40

/**
 * The columns of a terminal, which reports fit. Files and pipes get whole lines, because whatever reads
 * them, such as `less -S`, `grep` or a CI's log, can show or search them; unless `COLUMNS` is set.
 */
export function terminalWidth(
  stream: Pick<NodeJS.WriteStream, 'isTTY' | 'columns'> = process.stdout,
  env: NodeJS.ProcessEnv = process.env,
): number {
  const asked = Number(env['COLUMNS'])
  // Some terminals report a width of 0.
  const own = stream.isTTY ? stream.columns || asked || USUAL_WIDTH : asked || Infinity
  return Math.max(own, MIN_WIDTH)
}
