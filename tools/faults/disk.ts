import { spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Room for a few run files. */
const SIZE = '512k'

/** A separate file system, small enough to fill. */
export interface SmallDisk {
  readonly path: string
  fill(): void
  remove(): void
}

/** Whether this user may mount one. */
export function canMountDisks(): boolean {
  return process.getuid?.() === 0 && spawnSync('mount', ['--version']).status === 0
}

/** @throws Error if it can't be mounted. */
export function mountSmallDisk(path: string): SmallDisk {
  mkdirSync(path, { recursive: true })
  run('mount', ['-t', 'tmpfs', '-o', `size=${SIZE}`, 'tmpfs', path])
  return {
    path,
    fill: () => fill(path),
    remove: () => run('umount', ['--lazy', path]),
  }
}

function fill(path: string): void {
  // To the last byte: chunks are halved whenever one no longer fits.
  for (let size = 2 ** 20; size >= 1; size /= 2) {
    try {
      writeFileSync(join(path, '.filler'), Buffer.alloc(size), { flag: 'a' })
      size *= 2
    } catch {
      // The chunk does not fit.
    }
  }
}

function run(program: string, args: readonly string[]): void {
  const { status, stderr } = spawnSync(program, args, { encoding: 'utf8' })
  if (status !== 0) throw new Error(`${program} failed: ${stderr.trim()}`)
}
