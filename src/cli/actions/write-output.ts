import { InputError } from '../../input-error.ts'
import { escaped } from '../../printable.ts'
import { writeWholeFile } from '../../run-file/write/whole-files.ts'

/**
 * Writes a command's output to a file, or to standard output without one. A terminal gets control
 * characters escaped; a file or a pipe gets them unchanged.
 * @param flag the option that names the file.
 * @throws InputError if the file can't be written.
 */
export function writeOutput(text: string, path: string | undefined, flag = '--out'): void {
  if (path === undefined) {
    process.stdout.write(process.stdout.isTTY ? text.split('\n').map(escaped).join('\n') : text)
    return
  }
  try {
    writeWholeFile(path, text)
  } catch (error) {
    // The rest of the message names the call and the temporary file.
    const [reason] = (error instanceof Error ? error.message : String(error)).split(',')
    throw new InputError(
      `${flag}: ${path}: ${reason}. Name a file in a folder that can be written to.`,
    )
  }
}
