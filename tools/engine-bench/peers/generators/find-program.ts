import { execFile } from 'node:child_process'
import { constants } from 'node:fs'
import { access, readFile } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { FoundGenerator, Generator } from './generator.ts'

/** Programs installed with packages of this project. */
const PACKAGES = fileURLToPath(new URL('../../../../node_modules/.bin', import.meta.url))
/** Artillery takes long to print its version. */
const VERSION_WITHIN_MS = 20_000
const MAX_VERSION = 100

/**
 * Looks for a generator's program on the PATH, and then among the packages of this project.
 * @param path a list of folders, like `PATH`.
 * @returns `null` if it is not installed.
 */
export async function findGenerator(
  generator: Generator,
  path: string,
): Promise<FoundGenerator | null> {
  const folders = [...path.split(delimiter).filter((folder) => folder !== ''), PACKAGES]
  for (const name of generator.programs) {
    for (const folder of folders) {
      const program = join(folder, name)
      if (!(await isProgram(program))) continue
      const version = generator.readVersion(await printedBy(program, generator.versionArgs))
      if (version === null) continue
      const { goModule } = generator
      const isTold = version !== '' || goModule === null
      return {
        generator,
        program,
        version: isTold ? version : await goVersion(program, goModule),
      }
    }
  }
  return null
}

async function isProgram(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  )
}

/** Some print their version to stderr, and exit with 1. */
function printedBy(program: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve) => {
    execFile(program, args, { timeout: VERSION_WITHIN_MS }, (_, stdout, stderr) =>
      resolve(`${stdout}${stderr}`),
    )
  })
}

/** The version of a Go program's module, as recorded by `go install`; `null` if it was built otherwise. */
async function goVersion(program: string, goModule: string): Promise<string | null> {
  const text = await readFile(program, 'latin1')
  const module = `mod\t${goModule}\tv`
  const start = text.indexOf(module)
  if (start < 0) return null
  const after = start + module.length
  return /^[\w.+-]+/.exec(text.slice(after, after + MAX_VERSION))?.[0] ?? null
}
