import { readdirSync, readFileSync, readlinkSync } from 'node:fs'

/** What a process holds at a time. */
export interface ProcessUsage {
  /** Resident memory, in bytes. */
  readonly rssBytes: number
  /** Open file descriptors: files, sockets and pipes. */
  readonly openFiles: number
}

/** Reads it from `/proc`; `null` if the process is gone, belongs to somebody else, or the system has no `/proc`. */
export function usageOf(pid: number): ProcessUsage | null {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8')
    const kibibytes = /^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]
    if (kibibytes === undefined) return null
    const openFiles = readdirSync(`/proc/${pid}/fd`).length
    return { rssBytes: Number(kibibytes) * 1_024, openFiles }
  } catch {
    return null
  }
}

const LISTEN = '0A'

/**
 * The process of this machine that listens on a TCP port, by `/proc`; `null` if none is found. It reads the
 * descriptors of every process, so ask once.
 */
export function listenerOn(port: number): number | null {
  const sockets = new Set(['tcp', 'tcp6'].flatMap((table) => listeningSockets(table, port)))
  if (sockets.size === 0) return null
  for (const name of namesIn('/proc')) {
    if (!/^\d+$/.test(name)) continue
    const folder = `/proc/${name}/fd`
    if (namesIn(folder).some((fd) => sockets.has(targetOf(`${folder}/${fd}`)))) return Number(name)
  }
  return null
}

/** As descriptors name them: `socket:[12345]`. */
function listeningSockets(table: string, port: number): readonly string[] {
  const hex = port.toString(16).toUpperCase().padStart(4, '0')
  let rows: readonly string[]
  try {
    rows = readFileSync(`/proc/net/${table}`, 'utf8').split('\n').slice(1)
  } catch {
    return []
  }
  return rows.flatMap((row) => {
    const [, local, , state, , , , , , inode] = row.trim().split(/\s+/)
    const isListening = state === LISTEN && local?.endsWith(`:${hex}`) === true
    return isListening && inode !== undefined ? [`socket:[${inode}]`] : []
  })
}

/** Processes and descriptors may vanish while they are read. */
function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

function targetOf(link: string): string {
  try {
    return readlinkSync(link)
  } catch {
    return ''
  }
}
