import { keepEnvironmentOutOfReports } from '../process/private-reports.ts'
import { leaveSignalsToParent } from '../process/signals.ts'
import { connectRegistry, type ConnectOptions } from '../registry/connect.ts'
import { JoinLog, type JoinReport } from './join-log.ts'

/** Calls from the parent process, in this order. */
export type WatcherCall =
  | ({ readonly kind: 'watch' } & ConnectOptions)
  | { readonly kind: 'reset' }
  | { readonly kind: 'report' }

/** Answers to the parent; `reset` has none. */
export type WatcherAnswer =
  | { readonly kind: 'watching' }
  | { readonly kind: 'report'; readonly report: JoinReport }
  | { readonly kind: 'failed'; readonly message: string }

/**
 * The program of the watcher's process: watches through its own registry, so that every event crosses
 * processes. Exits with its parent.
 */
let log: JoinLog | null = null

keepEnvironmentOutOfReports()
leaveSignalsToParent()
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
