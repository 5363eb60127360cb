/** Lets one waiter sleep until something happens or a time comes. */
export class WakeUp {
  #wake: (() => void) | null = null

  /** Wakes the sleeper, if there is one. */
  notify(): void {
    this.#wake?.()
  }

  /** @param until by `performance.now()`, in ms. */
  async sleepUntil(until: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined
    await new Promise<void>((resolve) => {
      this.#wake = resolve
      timer = setTimeout(resolve, Math.max(0, Math.ceil(until - performance.now())))
    })
    clearTimeout(timer)
    this.#wake = null
  }
}
