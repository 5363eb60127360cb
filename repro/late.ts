import { generateLoad } from '../src/load/generator.ts'
import { constant } from '../src/load/arrivals/constant.ts'
import { percentileMs } from '../src/load/recording/histogram.ts'
import { startEchoServer } from '../src/engine-bench/start-echo-server.ts'
import { EchoClient } from '../src/engine-bench/echo-client.ts'
const techniques = process.argv[2]!.split(','),
  rates = process.argv[3]!.split(',').map(Number),
  rounds = Number(process.argv[4]),
  dur = Number(process.argv[5] ?? 2000),
  echo = process.argv[6] === 'echo'
const server = echo ? await startEchoServer() : null
const client = server && (await EchoClient.connect(server.port))
const acc = new Map<string, any>()
for (let round = 0; round < rounds; round++)
  for (const rate of rates)
    for (const t of techniques.toSorted(() => Math.random() - 0.5)) {
      let c0 = process.cpuUsage()
      let t0 = performance.now()
      let first = true
      const r = await generateLoad({
        arrivals: constant(rate),
        durationMs: dur,
        warmUpMs: 500,
        dispatch: t as any,
        operations: {
          echo: async (q) => {
            if (first && !q.isWarmUp) {
              first = false
              c0 = process.cpuUsage()
              t0 = performance.now()
            }
            if (client) await client.echo()
          },
        },
      })
      const c = process.cpuUsage(c0)
      const cores = (c.user + c.system) / 1000 / (performance.now() - t0)
      const k = `${rate} ${t}`
      const a = acc.get(k) ?? { late: [], resp: [], serv: [], cores: [], batch: 0 }
      acc.set(k, a)
      const op = r.operations.get('echo')!
      a.late.push(op.lateness)
      a.resp.push(op.response)
      a.serv.push(op.service)
      a.cores.push(cores)
      a.batch = Math.max(a.batch, r.health.largestBatch)
    }
const us = (h: any[], p: number) => {
  const s = h.map((x) => Math.round(percentileMs(x, p)! * 1000)).sort((a, b) => a - b)
  return String(s[s.length >> 1]).padStart(6)
}
console.log(
  '  rate technique  late P50   P90    P99  P99.9    max   resp P50    P99  (µs)   cores  batch',
)
for (const rate of rates)
  for (const t of techniques) {
    const a = acc.get(`${rate} ${t}`)
    console.log(
      String(rate).padStart(6),
      t.padEnd(10),
      us(a.late, 50),
      us(a.late, 90),
      us(a.late, 99),
      us(a.late, 99.9),
      us(a.late, 100),
      '  ',
      us(a.resp, 50),
      us(a.resp, 99),
      '        ',
      (a.cores.reduce((x: number, y: number) => x + y) / a.cores.length).toFixed(3),
      a.batch,
    )
  }
await server?.stop()
process.exit()
