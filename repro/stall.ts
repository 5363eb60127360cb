// prints when a stall > 1 ms of the main loop occurs, relative to start
import { generateLoad } from '../src/load/generator.ts'
import { constant } from '../src/load/arrivals/constant.ts'
const out: string[] = []
let prev = 0,
  t0 = 0
await generateLoad({
  arrivals: constant(10000),
  durationMs: 4000,
  warmUpMs: 500,
  dispatch: process.argv[2] as any,
  operations: {
    echo: async (q) => {
      if (!t0) t0 = q.startedAtMs
      const l = q.startedAtMs - q.intendedAtMs
      if (l > 0.8 && prev <= 0.8)
        out.push(`${(q.startedAtMs - t0).toFixed(0)}ms late ${l.toFixed(2)}`)
      prev = l
    },
  },
})
console.log(process.argv[2], out.length, out.slice(0, 30).join('; '))
