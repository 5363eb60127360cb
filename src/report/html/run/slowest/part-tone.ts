const OWN_TONES = new Set(['generator', 'redis', 'nats', 'handlers', 'other'])

/** The class of a part's colour; `slowest.css` has them. Systems without their own share two. */
export function partTone(part: string): string {
  if (OWN_TONES.has(part)) return `part-${part}`
  return part.length % 2 === 0 ? 'part-even' : 'part-odd'
}
