import { redactUrls } from '../../../environment/redact-url.ts'
import { printable } from '../../../printable.ts'

/** A name of a running run, as its report will show it: without secrets and control characters. */
export function shownName(name: string): string {
  return printable(redactUrls(name))
}
