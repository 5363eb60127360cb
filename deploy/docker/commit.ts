import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/*
 * The commit that an image is built from, as PRISM_LOADTEST_COMMIT takes it: 40 hexadecimal digits, perhaps with
 * `-dirty`. Run by the image's build, where no git is: node commit.ts <the argument COMMIT, or ''>
 */

const COMMIT = /^[0-9a-f]{40}(-dirty)?$/

/**
 * @param given by whoever builds; empty if it is not said.
 * @param folder has `HEAD`, `packed-refs` and the folder `refs` of a repository, as far as they exist.
 * @returns `unknown` if it is neither given nor found.
 * @throws Error if what is given is not a commit.
 */
export function commitOf(given: string, folder: string): string {
  if (given === 'unknown' || COMMIT.test(given)) return given
  if (given !== '') {
    throw new Error(
      `--build-arg COMMIT=${given} is not a commit of 40 digits: use COMMIT=$(git describe --always --abbrev=40 --dirty --match=-)`,
    )
  }
  const head = read(join(folder, 'HEAD'))
  const [, ref] = /^ref: (refs\/\S+)$/.exec(head) ?? []
  if (ref === undefined) return commitIn(head)
  const loose = read(join(folder, ref))
  if (loose !== '') return commitIn(loose)
  const packed = read(join(folder, 'packed-refs')).split('\n')
  return commitIn(packed.find((line) => line.endsWith(` ${ref}`))?.slice(0, 40) ?? '')
}

function commitIn(text: string): string {
  return COMMIT.test(text) ? text : 'unknown'
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim()
  } catch {
    return ''
  }
}

if (import.meta.main) {
  const commit = commitOf(process.argv[2] ?? '', import.meta.dirname)
  if (commit === 'unknown') {
    process.stderr.write(
      'The commit is unknown, and so it will be in run files: use --build-arg COMMIT=$(git describe --always --abbrev=40 --dirty --match=-)\n',
    )
  }
  process.stdout.write(`${commit}\n`)
}
