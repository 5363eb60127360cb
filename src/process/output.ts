/**
 * Standard output and standard error, which may stop taking anything at any time: a reader that has
 * gone, as `head` does, changes nothing; a full disk doesn't end a command either, but it can't be
 * said to have worked.
 */
export interface Output {
  /** Why something that was printed is lost; `null` if nothing is. */
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
