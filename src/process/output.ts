/**
 * Standard output and standard error, which may fail at any time. A reader that has gone, such as
 * `head`, changes nothing. A full disk does not end a command either, but the command has not worked.
 */
export interface Output {
  /** Why printed text was lost; `null` if none was. */
  readonly problem: string | null
}

export function watchOutput(): Output {
  const state: { problem: string | null } = { problem: null }
  const streams = { 'Standard output': process.stdout, 'Standard error': process.stderr }
  for (const [name, stream] of Object.entries(streams)) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      const { code, message } = error
      if (code === 'EPIPE' || code === 'ERR_STREAM_DESTROYED') return
      state.problem ??= `${name} can't be written to: ${message}.`
    })
  }
  return state
}
