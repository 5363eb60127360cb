import { execFile, spawnSync } from 'node:child_process'
import { chmodSync, chownSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { EnvironmentError } from '../../src/environment/environment-error.ts'
import { freePort } from '../../src/environment/free-port.ts'

/** A docker-compose project for a walk-through. */
export interface Deployment {
  readonly env: NodeJS.ProcessEnv
  readonly monitorPort: number
  /** The folder for result files. */
  readonly results: string
  /** Differences from the document's assumptions, for people. */
  readonly notes: readonly string[]
  /** Removes containers, networks, volumes and result files. */
  remove(): Promise<void>
}

/** The projects: the names of their containers are those that documents use. */
const PROJECTS = {
  single: {
    name: 'prism-walk-through',
    file: 'docker-compose.yml',
    containers: ['poc4-redis', 'poc4-nats'],
  },
  cluster: {
    name: 'prism-walk-through-cluster',
    file: 'docker-compose.cluster.yml',
    containers: [],
  },
} as const

/** No existing user: result files must land in any user's folder. Only root can change a folder's owner. */
const FOREIGN_UID = 12_345

/**
 * Prepares a project and removes the leftovers of a killed one. Nothing is started.
 * @param folder the one with docker-compose.yml.
 * @param kind single servers, or clusters of them.
 * @throws EnvironmentError if Docker doesn't answer, or the document's containers are running.
 */
export async function openDeployment(
  folder: string,
  kind: keyof typeof PROJECTS = 'single',
): Promise<Deployment> {
  const { name, file, containers } = PROJECTS[kind]
  const notes: string[] = []
  const work = mkdtempSync(join(tmpdir(), 'prism-walk-through-'))
  const results = mkdtempSync(join(work, 'results-'))
  // Lets other users reach their own folders within it.
  chmodSync(work, 0o711)
  if (process.getuid?.() === 0) {
    chownSync(results, FOREIGN_UID, FOREIGN_UID)
    notes.push(
      `the folder for result files is owned by user ${FOREIGN_UID}, who doesn't exist here`,
    )
  }
  const [redisPort, natsPort, monitorPort] = await Promise.all([
    portFor(6_379, notes),
    portFor(4_222, notes),
    portFor(8_222, notes),
  ])
  const env: NodeJS.ProcessEnv = {
    ...process.env,
    PATH: `${composePath(work, notes)}${process.env['PATH'] ?? ''}`,
    COMPOSE_PROJECT_NAME: name,
    COMPOSE_FILE: join(folder, file),
    REDIS_PORT: String(redisPort),
    NATS_PORT: String(natsPort),
    NATS_MONITOR_PORT: String(monitorPort),
    RESULTS_FOLDER: results,
    NO_COLOR: '1',
  }
  const down = async (): Promise<void> => {
    await execute('docker-compose', ['down', '--volumes', '--remove-orphans'], { cwd: folder, env })
  }
  const remove = async (): Promise<void> => {
    try {
      await down()
    } finally {
      rmSync(work, { recursive: true, force: true })
    }
  }
  try {
    await down()
    await refuseRunning(containers)
  } catch (error) {
    rmSync(work, { recursive: true, force: true })
    if (error instanceof EnvironmentError) throw error
    const reason = error instanceof Error ? error.message.trim() : String(error)
    throw new EnvironmentError(`docker-compose doesn't work here: ${reason}`, { cause: error })
  }
  return { env, monitorPort, results, notes, remove }
}

const execute = promisify(execFile)

async function refuseRunning(containers: readonly string[]): Promise<void> {
  const { stdout } = await execute('docker', ['ps', '--all', '--format', '{{.Names}}'])
  const there = stdout.split('\n').filter((name) => containers.includes(name))
  if (there.length === 0) return
  throw new EnvironmentError(
    `Containers named ${there.join(' and ')} already exist, and the document uses these names. First run docker-compose down in the folder where they were started.`,
  )
}

/** The port itself, or a free one if it is taken. */
async function portFor(port: number, notes: string[]): Promise<number> {
  if (await isFree(port)) return port
  const other = await freePort()
  notes.push(`port ${port} is taken here: using ${other} instead`)
  return other
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer()
    probe.once('error', () => resolve(false))
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)))
  })
}

/** A prefix for the PATH that provides `docker-compose` on machines with only `docker compose`. */
function composePath(work: string, notes: string[]): string {
  if (spawnSync('docker-compose', ['version']).status === 0) return ''
  if (spawnSync('docker', ['compose', 'version']).status !== 0) {
    throw new EnvironmentError('Neither docker-compose nor docker compose is installed.')
  }
  const folder = mkdtempSync(join(work, 'bin-'))
  writeFileSync(join(folder, 'docker-compose'), '#!/bin/sh\nexec docker compose "$@"\n', {
    mode: 0o755,
  })
  notes.push('docker-compose is docker compose here')
  return `${folder}:`
}
