import { afterMs } from './after-ms.ts'
import {
  inSeconds,
  provided,
  reasonOf,
  type RenewalOptions,
  unexpired,
} from './provided-credentials.ts'

/** The earliest and the latest part of their life after which credentials are renewed; between them at random. */
const EARLIEST_RENEWAL = 0.7
const LATEST_RENEWAL = 0.8
/** Pause after a failure before the provider is asked again, in ms; doubles up to the maximum. A random half is added. */
const FIRST_PAUSE_MS = 100
const MAX_PAUSE_MS = 30_000
/** The longest pause between attempts, as a part of the life of the last credentials. */
const MAX_PAUSE_PART = 0.1
/** After this long without a failure, the pauses begin anew, in ms. */
const CALM_MS = 2 * MAX_PAUSE_MS
/** Shortest time until a provider is asked again that returned the credentials in use, in ms. */
const MIN_INTERVAL_MS = 250

/** Makes connections use new credentials. Rejects if it can't, such as when a server refuses them. */
type Adopt<T> = (credentials: T) => Promise<void>

/**
 * Credentials that are renewed: before they end, and when a server refuses them. All connections to one system share
 * them. Until new ones are adopted, the old ones stay in use.
 */
export class RenewedCredentials<T extends object> {
  readonly #options: RenewalOptions<T>
  readonly #adopters = new Set<Adopt<T>>()
  readonly #closed = new AbortController()
  #current: T
  /** When the current ones end, by `performance.now()`. */
  #endsAt = Infinity
  #cancelRenewal = (): void => {}
  #renewing: Promise<void> | null = null
  #pauseMs = FIRST_PAUSE_MS
  #maxPauseMs = MAX_PAUSE_MS
  #failedAt = -Infinity

  private constructor(options: RenewalOptions<T>, current: T) {
    this.#options = options
    this.#current = current
    this.#planRenewal(current)
  }

  /** @throws RegistryError `CREDENTIALS_FAILED` within `timeoutMs`; `INVALID_ARGUMENT` for given credentials that are invalid. */
  static async open<T extends object>(options: RenewalOptions<T>): Promise<RenewedCredentials<T>> {
    const { given, take, where } = options
    const current =
      typeof given === 'function'
        ? await provided(options, new AbortController().signal)
        : unexpired(options, take(given, where))
    return new RenewedCredentials(options, current)
  }

  get current(): T {
    return this.#current
  }

  /** Whether new credentials may replace the current ones. */
  get areRenewed(): boolean {
    return typeof this.#options.given === 'function'
  }

  /**
   * Calls `adopt` with new credentials.
   * @param used what the connection was opened with: if it has been replaced meanwhile, `adopt` is called at once.
   * @returns a function that ends this.
   */
  follow(adopt: Adopt<T>, used: T): () => void {
    this.#adopters.add(adopt)
    if (used !== this.#current) void this.#catchUp(adopt)
    return () => this.#adopters.delete(adopt)
  }

  /** Renews credentials that a server refused; does nothing if they have been replaced meanwhile. */
  refused(credentials: T): void {
    if (credentials !== this.#current || !this.areRenewed || this.#closed.signal.aborted) return
    if (this.#renewing !== null) return
    this.#cancelRenewal()
    // At once, unless the last ones were refused as well.
    const wasCalm = this.#isCalm
    const pauseMs = this.#pauseAfterFailure()
    this.#renewing = this.#renewAfter(wasCalm ? 0 : pauseMs, true)
  }

  close(): void {
    this.#cancelRenewal()
    this.#adopters.clear()
    this.#closed.abort()
  }

  /** @param credentials the current ones, or the same with another end. */
  #planRenewal(credentials: T): void {
    const end = this.#options.endOf(credentials)
    // The date is converted once: the wall clock may be set at any time.
    const lifeMs = end === null ? Infinity : end - Date.now()
    this.#endsAt = performance.now() + lifeMs
    const longestMs = Math.max(FIRST_PAUSE_MS, MAX_PAUSE_PART * lifeMs)
    this.#maxPauseMs = Math.min(MAX_PAUSE_MS, longestMs)
    if (!this.areRenewed || lifeMs === Infinity) return
    const part = EARLIEST_RENEWAL + Math.random() * (LATEST_RENEWAL - EARLIEST_RENEWAL)
    this.#cancelRenewal()
    if (this.#closed.signal.aborted) return
    this.#cancelRenewal = afterMs(Math.max(MIN_INTERVAL_MS, part * lifeMs), () => {
      this.#renewing ??= this.#renewAfter(0, false)
    })
  }

  /** Asks until the answer has been adopted. @param isRefused whether a server refused the current ones. */
  async #renewAfter(pauseMs: number, isRefused: boolean): Promise<void> {
    const { signal } = this.#closed
    await this.#sleep(pauseMs)
    while (!signal.aborted) {
      try {
        const next = await provided(this.#options, signal)
        const isNew = textOf(next) !== textOf(this.#current)
        if (isNew) await this.#adopt(next)
        else if (isRefused) this.#warn(new Error('they are those that a server refused'), null)
        if (signal.aborted) break
        if (isNew) this.#current = next
        this.#planRenewal(next)
        break
      } catch (error) {
        if (signal.aborted) break
        const nextPauseMs = this.#pauseAfterFailure()
        this.#warn(error, nextPauseMs)
        await this.#sleep(nextPauseMs)
      }
    }
    this.#renewing = null
  }

  /** Makes a connection that was opened with earlier credentials use the current ones. */
  async #catchUp(adopt: Adopt<T>): Promise<void> {
    while (this.#adopters.has(adopt)) {
      try {
        await adopt(this.#current)
        return
      } catch (error) {
        const pauseMs = this.#pauseAfterFailure()
        this.#warn(error, pauseMs)
        await this.#sleep(pauseMs)
      }
    }
  }

  async #adopt(next: T): Promise<void> {
    const adopted = await Promise.allSettled([...this.#adopters].map((adopt) => adopt(next)))
    const refusal = adopted.find(({ status }) => status === 'rejected')
    if (refusal?.status === 'rejected') throw refusal.reason
  }

  /** The pause after a failure, in ms: it grows while failures follow each other. */
  #pauseAfterFailure(): number {
    this.#pauseMs = this.#isCalm ? FIRST_PAUSE_MS : Math.min(2 * this.#pauseMs, this.#maxPauseMs)
    this.#failedAt = performance.now()
    return this.#pauseMs * (1 + Math.random() / 2)
  }

  get #isCalm(): boolean {
    return performance.now() - this.#failedAt > CALM_MS
  }

  async #sleep(ms: number): Promise<void> {
    const { signal } = this.#closed
    if (ms === 0 || signal.aborted) return
    await new Promise<void>((resolve) => {
      const onAbort = (): void => {
        clearTimeout(timer)
        resolve()
      }
      const timer = setTimeout(() => {
        signal.removeEventListener('abort', onAbort)
        resolve()
      }, ms)
      timer.unref()
      signal.addEventListener('abort', onAbort, { once: true })
    })
  }

  /** @param pauseMs until the provider is asked again; `null`: at the next refusal. */
  #warn(error: unknown, pauseMs: number | null): void {
    const { where, warnings } = this.#options
    const leftMs = this.#endsAt - performance.now()
    const current =
      leftMs === Infinity
        ? 'the present ones stay in use'
        : leftMs > 0
          ? `the present ones stay in use, and end in ${inSeconds(leftMs)}`
          : 'the present ones have ended'
    const then = pauseMs === null ? 'at the next refusal' : `in ${inSeconds(pauseMs)}`
    warnings.warn(
      'CREDENTIALS_FAILED',
      `${where}: new credentials can't be used: ${reasonOf(error, where)}; ${current}. Trying again ${then}.`,
    )
  }
}

/** What distinguishes credentials: everything but their end. */
function textOf(credentials: object): string {
  return JSON.stringify(
    Object.entries(credentials)
      .filter(([name]) => name !== 'expiresAt')
      .toSorted(([one], [other]) => (one < other ? -1 : 1)),
  )
}
