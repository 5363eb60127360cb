/**
 * Loaded into every process of an arm by `node --import`, before anything else: modules of the
 * running checkout's registry are taken from the arm's. Both arms are run alike, so that what this
 * costs, costs both.
 */
import type { ChildProcess } from 'node:child_process'
import { subscribe } from 'node:diagnostics_channel'
import { appendFileSync } from 'node:fs'
import { registerHooks } from 'node:module'
import { REDIRECT_VARIABLE, type ProofLine, type RedirectSettings } from './redirect-settings.ts'

const text = process.env[REDIRECT_VARIABLE]
if (text === undefined) throw new Error(`${REDIRECT_VARIABLE} is not set`)
const { from, to, proof }: RedirectSettings = JSON.parse(text)
const { pid } = process

note({ kind: 'started', pid })

// https://nodejs.org/api/diagnostics_channel.html#child-process
subscribe('child_process', (message) => {
  const { process: child } = message as { readonly process: ChildProcess }
  child.once('spawn', () => {
    if (child.spawnfile !== process.execPath || child.pid === undefined) return
    note({ kind: 'spawned', pid: child.pid, program: child.spawnargs.slice(1).join(' ') })
  })
})

registerHooks({
  resolve(specifier, context, nextResolve) {
    const resolved = resolveOwn(specifier, context.parentURL)
    // Resolved once more, so that a module that the arm lacks is reported as missing from there.
    if (resolved !== null) return nextResolve(to + resolved, context)
    return nextResolve(specifier, context)
  },
  load(url, context, nextLoad) {
    if (url.startsWith(to)) note({ kind: 'loaded', pid, module: url.slice(to.length) })
    if (url.startsWith(from)) {
      note({ kind: 'own', pid, module: url.slice(from.length) })
      throw new Error(`${url} was to be taken from ${to}`)
    }
    return nextLoad(url, context)
  },
})

/** The path below the registry's folder of what is asked for, if it is there. */
function resolveOwn(specifier: string, parentUrl: string | undefined): string | null {
  const isPath = /^(\.{0,2}\/|file:)/.test(specifier)
  if (!isPath) return null
  const url = URL.parse(specifier, parentUrl)?.href
  return url?.startsWith(from) ? url.slice(from.length) : null
}

/** A whole line at once, for several processes write to one file. */
function note(line: ProofLine): void {
  appendFileSync(proof, `${JSON.stringify(line)}\n`)
}
