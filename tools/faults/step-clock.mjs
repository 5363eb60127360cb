/**
 * Preloaded into every Node process of a run: sets its wall clock ahead by the number of ms in the file
 * FAULTS_CLOCK, as soon as it has one. Plain JavaScript, because npm may run with an older Node.
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
