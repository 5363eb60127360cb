import type { Chart } from '../chart.ts'

/** A message of a page that is served while a run goes on. */
export interface LiveMessage {
  /** Markup by the id of the element that it goes into. */
  readonly parts?: Readonly<Record<string, string>>
  /** Charts that are new or have changed. */
  readonly charts?: readonly Chart[]
  /** Where the report is, once the run has ended. */
  readonly ended?: string
}

/** Follows the events of `<body data-events="…">`, if the page has them. */
export function followEvents(onMessage: (message: LiveMessage) => void): void {
  const { body } = document
  const url = body.dataset['events']
  if (url === undefined) return
  const source = new EventSource(url)
  source.addEventListener('open', () => {
    body.dataset['connection'] = 'open'
  })
  source.addEventListener('error', () => {
    body.dataset['connection'] = 'lost'
  })
  source.addEventListener('message', ({ data }) => {
    const message = JSON.parse(String(data)) as LiveMessage
    onMessage(message)
    if (message.ended === undefined) return
    source.close()
    if (message.ended !== '') location.replace(message.ended)
  })
}
