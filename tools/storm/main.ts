import { parseArgs } from 'node:util'
import { startRedisProgram } from '../../src/environment/programs.ts'
import { fill, measureStorms, type Storm } from './measure-storm.ts'

/** Measures what many readers that load at once cost, all together and in turns, in alternating rounds of one run. */
const { values } = parseArgs({
  options: {
    readers: { type: 'string', default: '100' },
    processes: { type: 'string', default: '4' },
    registrations: { type: 'string', default: '10000' },
    rounds: { type: 'string', default: '2' },
  },
})
const size = {
  readers: Number(values.readers),
  processes: Number(values.processes),
  registrations: Number(values.registrations),
}
const server = await startRedisProgram({ extraArgs: ['--enable-debug-command', 'yes'] })
try {
  await fill(server.url, size.registrations)
  console.log(
    `${size.readers} readers of ${size.registrations} registrations, in ${size.processes} processes\n`,
  )
  console.log(
    '| readers | half answer | all answer | a write, P50 | P99 | CPU of Redis | parts read |',
  )
  console.log('|---|---|---|---|---|---|---|')
  for (let round = 0; round < Number(values.rounds); round += 1) {
    const together = await measureStorms(server.url, size, size.readers)
    const inTurns = await measureStorms(server.url, size, 4)
    print('begin, all together', together.start)
    print('begin, 4 at a time', inTurns.start)
    print('after a failover that lost changes', inTurns.failover)
  }
} finally {
  await server.stop()
}

function print(name: string, storm: Storm): void {
  const figures = [storm.halfMs, storm.allMs, storm.writeP50Ms, storm.writeP99Ms, storm.serverCpuMs]
  const cells = [name, ...figures.map((ms) => `${ms.toFixed(1)} ms`), storm.partsRead]
  console.log(`| ${cells.join(' | ')} |`)
}
