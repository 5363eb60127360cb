import { connectRegistry, type ConnectOptions } from '../registry/connect.ts'
import { JoinLog, type JoinReport } from './join-log.ts'

/** The calls of the parent of the watcher's process, in this order. */
export type WatcherCall =
  | ({ readonly kind: 'watch' } & ConnectOptions)
  | { readonly kind: 'reset' }
  | { readonly kind: 'report' }

/** The answers; `reset` has none. */
export type WatcherAnswer =
  | { readonly kind: 'watching' }
  | { readonly kind: 'report'; readonly report: JoinReport }
  | { readonly kind: 'failed'; readonly message: string }

/**
 * The program of the watcher's process: a registry of its own that watches, so that its events
 * come from registrations of another process. Ends with its parent.
 */
let log: JoinLog | null = null

// A Ctrl-C or the end of a terminal reaches all its processes; the parent decides when watching ends.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {})
process.on('disconnect', () => process.exit())
process.on('message', (call: WatcherCall) => {
  perform(call).then(
    (answer) => answer && process.send?.(answer),
    (error: unknown) => {
      const message = error instanceof Error ? error.message : String(error)
      process.send?.({ kind: 'failed', message } satisfies WatcherAnswer)
    },
  )
})

async function perform(call: WatcherCall): Promise<WatcherAnswer | null> {
  switch (call.kind) {
    case 'watch': {
      const { kind: _, ...options } = call
      log = await JoinLog.start(await connectRegistry(options))
      return { kind: 'watching' }
    }
    case 'reset':
      log?.reset()
      return null
    case 'report':
      if (log === null) throw new Error('not watching')
      return { kind: 'report', report: log.report }
  }
}
