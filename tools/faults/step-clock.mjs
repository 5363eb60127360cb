/**
 * Preloaded into every Node process of a run: its wall clock is ahead by as many ms as the file
 * FAULTS_CLOCK says, from when it says so. Plain JavaScript, because npm may run with an older Node.
 */
import { readFileSync } from 'node:fs'

const LOOK_EVERY_MS = 50
const path = process.env['FAULTS_CLOCK']
const Wall = globalThis.Date
let aheadMs = 0

function look() {
  try {
    aheadMs = Number(readFileSync(path, 'utf8')) || 0
  } catch {
    // Not stepped yet.
  }
}

look()
setInterval(look, LOOK_EVERY_MS).unref()

globalThis.Date = class Date extends Wall {
  constructor(...given) {
    if (given.length === 0) super(Wall.now() + aheadMs)
    else super(...given)
  }

  static now() {
    return Wall.now() + aheadMs
  }
}
