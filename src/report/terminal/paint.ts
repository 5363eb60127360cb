import { styleText } from 'node:util'

/** A colour or weight of text, as `styleText` of node:util names it. */
export type Style = Parameters<typeof styleText>[0]

/** Text in a colour, if standard output shows colours: not in a pipe or with `NO_COLOR`, unless `FORCE_COLOR` is set. */
export function paint(style: Style, text: string): string {
  const styles = typeof style === 'string' ? [style] : style
  // One by one: Node 22.14 colours pipes, too, if several are given.
  return styles.reduce((painted, one) => styleText(one, painted, { stream: process.stdout }), text)
}
