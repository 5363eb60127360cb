import { redactUrls } from '../../../environment/redact-url.ts'
import { printable } from '../../../printable.ts'

/** A name of a run that is under way, as its run file will hold it and a report show it. */
export function shownName(name: string): string {
  return printable(redactUrls(name))
}
