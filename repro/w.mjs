import { Worker, isMainThread, workerData } from 'node:worker_threads'
import { readFileSync, readlinkSync, writeFileSync } from 'node:fs'
const run = () => Number(readFileSync('/proc/thread-self/schedstat', 'utf8').split(' ')[0]) / 1000
if (isMainThread) {
  const sab = new SharedArrayBuffer(64)
  const c = new Int32Array(sab)
  const w = new Worker(new URL(import.meta.url), { workerData: sab })
  w.on('message', (m) => console.log(m))
  const loop = async () => {
    for (;;) {
      const a = Atomics.waitAsync(c, 2, Atomics.load(c, 2))
      if (a.async) await a.value
    }
  }
  w.once('message', () => {
    loop()
  })
  w.on('exit', () => process.exit())
  setInterval(() => {}, 1000)
} else {
  const { parentPort } = await import('node:worker_threads')
  const c = new Int32Array(workerData)
  const t = readlinkSync('/proc/thread-self').split('/').at(-1)
  writeFileSync(`/proc/${t}/timerslack_ns`, '1')
  const meas = (label, f, n = 10000) => {
    for (let i = 0; i < 2000; i++) f()
    const a = run()
    const p = performance.now()
    for (let i = 0; i < n; i++) f()
    parentPort.postMessage(
      `${label}: ${((run() - a) / n).toFixed(1)} µs CPU, ${(((performance.now() - p) / n) * 1000).toFixed(1)} µs wall`,
    )
  }
  meas('wait 70µs', () => Atomics.wait(c, 0, 0, 0.07))
  meas('notify nobody', () => Atomics.notify(c, 1))
  meas('now', () => performance.now())
  await new Promise((r) => setTimeout(r, 300))
  meas('wait 70 + notify awaited', () => {
    Atomics.wait(c, 0, 0, 0.07)
    Atomics.add(c, 2, 1)
    Atomics.notify(c, 2)
  })
  meas(
    'wait 300 + notify awaited',
    () => {
      Atomics.wait(c, 0, 0, 0.3)
      Atomics.add(c, 2, 1)
      Atomics.notify(c, 2)
    },
    3000,
  )
}
