import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { AnswerMessage, CallMessage, CallName, TestedCalls } from './tested-calls.ts'

/** A call of a process under test that rejected, or had no answer. */
export class TestedCallError extends Error {
  override readonly name = 'TestedCallError'
  /** The `RegistryError`'s; `UNEXPECTED` for any other error, `DEAD` and `DEAF` where there was no answer. */
  readonly code: string

  constructor(code: string, message: string) {
    super(message)
    this.code = code
  }
}

interface PendingCall {
  readonly resolve: (result: unknown) => void
  readonly reject: (error: TestedCallError) => void
}

/** The handle of a process under test; it knows when the process has died. */
export class TestedProcess {
  readonly name: string
  readonly #child: ChildProcess
  readonly #pending = new Map<number, PendingCall>()
  #output = ''
  #death: string | null = null
  #calls = 0
  #ended = false

  constructor(name: string) {
    this.name = name
    const program = fileURLToPath(new URL('tested-process.ts', import.meta.url))
    this.#child = fork(program, [], {
      execArgv: ['--expose-gc'],
      serialization: 'advanced',
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      env: { ...process.env, NODE_OPTIONS: '' },
    })
    const collect = (chunk: Buffer): void => {
      this.#output = (this.#output + chunk.toString()).slice(-4_000)
    }
    this.#child.stdout?.on('data', collect)
    this.#child.stderr?.on('data', collect)
    this.#child.on('message', (answer: AnswerMessage) => this.#settle(answer))
    this.#child.on('close', (code, signal) => this.#die(code, signal))
  }

  /** How it ended, if it did so by itself. */
  get death(): string | null {
    return this.#death
  }

  /** @throws TestedCallError if the call rejected, the process died, or there was no answer in time. */
  async call<N extends CallName>(
    name: N,
    ...args: Parameters<TestedCalls[N]>
  ): Promise<Awaited<ReturnType<TestedCalls[N]>>> {
    if (this.#death !== null) throw new TestedCallError('DEAD', this.#death)
    this.#calls += 1
    const message: CallMessage = { number: this.#calls, name, args }
    let timer: NodeJS.Timeout | undefined
    const answered = new Promise<unknown>((resolve, reject) => {
      this.#pending.set(message.number, { resolve, reject })
      timer = setTimeout(() => {
        reject(new TestedCallError('DEAF', `${this.name} did not answer ${name} within 60 s`))
      }, 60_000)
      this.#child.send(message, () => {})
    })
    try {
      return (await answered) as Awaited<ReturnType<TestedCalls[N]>>
    } finally {
      clearTimeout(timer)
      this.#pending.delete(message.number)
    }
  }

  async end(): Promise<void> {
    this.#ended = true
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    const closed = new Promise((resolve) => this.#child.once('close', resolve))
    this.#child.kill('SIGKILL')
    await closed
  }

  #settle(answer: AnswerMessage): void {
    const pending = this.#pending.get(answer.number)
    if ('error' in answer) {
      const { code, message } = answer.error
      pending?.reject(new TestedCallError(code, `${this.name}: ${message}`))
    } else pending?.resolve(answer.result)
  }

  #die(code: number | null, signal: string | null): void {
    if (this.#ended) return
    this.#death = `${this.name} ended with ${signal ?? `exit code ${code}`}:\n${this.#output}`
    for (const { reject } of this.#pending.values()) {
      reject(new TestedCallError('DEAD', this.#death))
    }
  }
}
