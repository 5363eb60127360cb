/** A server's settings that may change before it starts again, in its container. */
export const CONFIGURATION_PATH = '/server.conf'

/** What differs from one start of a server to the next. */
export interface ContainerState {
  /** Whether a Redis writes to disk. */
  readonly isPersistent: boolean
  /** How often its data was lost. Each generation is in files of its own, so that it doesn't see the earlier ones. */
  readonly generation: number
}

/** The content of {@link CONFIGURATION_PATH}. */
export function containerConfiguration(server: 'redis' | 'nats', state: ContainerState): string {
  const { isPersistent, generation } = state
  if (server === 'nats') {
    // A server that is drained waits this long for clients to leave by themselves; 10 s by default.
    return `jetstream { store_dir: "/data/${generation}" }\nlame_duck_grace_period: 1s\n`
  }
  return [
    'protected-mode no',
    'save ""',
    'dir /data',
    `dbfilename dump-${generation}.rdb`,
    `appenddirname appendonly-${generation}`,
    `appendonly ${isPersistent ? 'yes' : 'no'}`,
    '',
  ].join('\n')
}

const BLOCK_BYTES = 512

/** A tar archive (ustar) of one file that everybody may read: the form in which Docker takes files. */
export function archiveOf(name: string, content: string): Buffer {
  const body = Buffer.from(content)
  const header = Buffer.alloc(BLOCK_BYTES)
  const put = (text: string, offset: number) => header.write(text, offset, 'latin1')
  put(name, 0)
  put('0000644\0', 100)
  put('0000000\0', 108)
  put('0000000\0', 116)
  put(`${body.length.toString(8).padStart(11, '0')}\0`, 124)
  put('00000000000\0', 136)
  // The checksum counts itself as spaces.
  put(' '.repeat(8), 148)
  put('0', 156)
  put('ustar\x0000', 257)
  const checksum = header.reduce((sum, byte) => sum + byte, 0)
  put(`${checksum.toString(8).padStart(6, '0')}\0 `, 148)
  const padding = Buffer.alloc((BLOCK_BYTES - (body.length % BLOCK_BYTES)) % BLOCK_BYTES)
  return Buffer.concat([header, body, padding, Buffer.alloc(2 * BLOCK_BYTES)])
}
