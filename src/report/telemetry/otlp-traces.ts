import { counted } from '../../format.ts'
import { type OtlpTarget, shown } from './otlp-push.ts'

/** For one request, in ms. */
const PATIENCE_MS = 4_000
/** For all that is left when the run has ended, in ms. */
const CLOSE_PATIENCE_MS = 6_000
/** An answer is read up to here, in bytes. */
const MAX_ANSWER = 64 * 1_024

/**
 * Sends the traces that loads kept to a collector by OTLP/HTTP, one `ResourceSpans` per request and one request at a time. A
 * collector that is down or slow delays no load and fails no run: the file beside the run file has them, too.
 */
export class OtlpTraces {
  readonly #target: OtlpTarget
  readonly #warn: (text: string) => void
  readonly #ended = new AbortController()
  #sending: Promise<void> = Promise.resolve()
  #lost = 0
  #problem = ''

  constructor(target: OtlpTarget, warn: (text: string) => void) {
    this.#target = target
    this.#warn = warn
  }

  /** Sends traces, in the background. @param resourceSpans each a `ResourceSpans` as JSON. */
  send(resourceSpans: readonly string[]): void {
    for (const part of resourceSpans) {
      this.#sending = this.#sending.then(async () => {
        const problem = await this.#post(part)
        if (problem === null) return
        this.#lost += 1
        this.#problem = problem
      })
    }
  }

  /** Waits up to 6 s for what is left, and says in one line what did not arrive. Never throws. */
  async close(): Promise<void> {
    const timer = setTimeout(() => this.#ended.abort(), CLOSE_PATIENCE_MS)
    await this.#sending
    clearTimeout(timer)
    if (this.#lost === 0) return
    this.#warn(
      `--otlp: ${this.#target.url}: ${counted(this.#lost, 'part')} of the traces did not arrive (${this.#problem}). The file of traces has all of them.`,
    )
  }

  /** @returns why it did not arrive, or `null`. */
  async #post(part: string): Promise<string | null> {
    if (this.#ended.signal.aborted) return 'no time left'
    try {
      const { url, headers } = this.#target
      const response = await fetch(url, {
        method: 'POST',
        headers: { ...headersOf(process.env), ...headers, 'content-type': 'application/json' },
        body: `{"resourceSpans":[${part}]}`,
        // The collector's address is given, not what it names.
        redirect: 'error',
        signal: AbortSignal.any([AbortSignal.timeout(PATIENCE_MS), this.#ended.signal]),
      })
      const answer = await shortText(response)
      return response.ok ? rejectionIn(answer) : `HTTP ${response.status}`
    } catch (error) {
      return reasonOf(error)
    }
  }
}

/** Headers of `OTEL_EXPORTER_OTLP_HEADERS`: `a=b,c=d`, percent-encoded. */
function headersOf({ OTEL_EXPORTER_OTLP_HEADERS = '' }: NodeJS.ProcessEnv): Record<string, string> {
  const pairs = OTEL_EXPORTER_OTLP_HEADERS.split(',').flatMap((pair) => {
    const [, name = '', value = ''] = /^\s*([^=\s]+)\s*=\s*(.*?)\s*$/.exec(pair) ?? []
    return name === '' ? [] : [[name.toLowerCase(), decoded(value)] as const]
  })
  return Object.fromEntries(pairs)
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

async function shortText(response: Response): Promise<string> {
  let text = ''
  const decoder = new TextDecoder()
  for await (const bytes of response.body ?? []) {
    text += decoder.decode(bytes, { stream: true })
    if (text.length > MAX_ANSWER) break
  }
  return text
}

/** What a collector says of spans that it took no part of: `partialSuccess` of OTLP. */
function rejectionIn(answer: string): string | null {
  try {
    const { partialSuccess }: Answer = JSON.parse(answer)
    const rejected = Number(partialSuccess?.rejectedSpans ?? 0)
    if (!(rejected > 0)) return null
    const why = partialSuccess?.errorMessage
    return `it rejected ${counted(rejected, 'span')}${typeof why === 'string' ? `: ${shown(why)}` : ''}`
  } catch {
    // An answer in another form is a success.
    return null
  }
}

interface Answer {
  readonly partialSuccess?: {
    readonly rejectedSpans?: unknown
    readonly errorMessage?: unknown
  } | null
}

/** `fetch` says what happened only in the error's cause. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return shown(String(error))
  if (error.name === 'TimeoutError') return `no answer within ${PATIENCE_MS / 1_000} s`
  const cause = error.cause instanceof Error ? error.cause : error
  const code = 'code' in cause && typeof cause.code === 'string' ? cause.code : cause.message
  return shown(code)
}
