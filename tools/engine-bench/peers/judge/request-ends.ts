/** The end of an HTTP/1.1 request's head; a GET has nothing after it. */
const END = Buffer.from('\r\n\r\n')
const [CR] = END

/** Finds where the GET requests of one connection end, however they are cut into chunks. */
export class RequestEnds {
  /** How many bytes of `END` have been matched so far. */
  #matched = 0

  /** The number of requests that end in the next chunk. */
  count(chunk: Uint8Array): number {
    let requests = 0
    let matched = this.#matched
    for (const byte of chunk) {
      if (byte === END[matched]) matched++
      else matched = byte === CR ? 1 : 0
      if (matched === END.length) {
        requests++
        matched = 0
      }
    }
    this.#matched = matched
    return requests
  }
}
